// Package e2e opens what smtpcheck writes in the programs that its users open it
// with: pages in Chromium, light and dark, narrow and printed, and in the
// validator of the W3C (vnu). It is a module of its own, so that the browser's
// driver never touches the versions of the tool itself.
package e2e
