//go:build !race

package redact_test

// checks is how many reports the property tries.
const checks = "100"
