// Smtpcheck finds out whether mail would arrive, and if not, why. See package cmd.
package main

import (
	"os"

	"github.com/smtpcheck/smtpcheck/cmd"
)

func main() { os.Exit(cmd.Main()) }
