// Package realtest has no code of its own: its tests run smtpcheck, and first
// a bare dialogue, against Postfix, Exim, Sendmail, OpenSMTPD, Courier, Dovecot, Cyrus SASL, postgrey,
// unbound, nsd and microsocks from Debian's packages, and compare it with
// swaks; swaks, msmtp and GNU SASL log in to the lab, and Python reads what
// was sent. Package world builds the networks they live in.
//
// The tests need root and Linux. A server that is not on the machine skips its
// tests, with the reason; with CI set in the environment it fails them.
package realtest
