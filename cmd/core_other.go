//go:build !unix || aix

package cmd

func keepFromCore() {}
