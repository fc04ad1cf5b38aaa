//go:build race

package redact_test

// checks is how many reports the property tries: the race detector makes each ten times as slow.
const checks = "15"
