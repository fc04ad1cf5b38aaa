// Package smtp is the vocabulary of SMTP that every other room speaks: no
// network, no judgement.
//
//  1. A [Mailbox] and its [Domain] are parsed once, at the edge
//     (RFC 5321, section 4.1.2), and are safe from then on.
//  2. A [Command] is one line for the server. Nothing with CR, LF or NUL in it
//     becomes one, and a secret is masked when it is made.
//  3. A [Reader] turns bytes into a [Reply], bounded; a malformed reply is still
//     a Reply, with [Defect]s.
//  4. [ParseCapabilities] reads what EHLO offers; [EnhancedCode] is RFC 3463.
//  5. A [Stage] names the point in a session, in Postfix's words.
//  6. [Printable] makes untrusted text safe for a terminal.
package smtp
