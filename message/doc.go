// Package message makes the message that is sent (RFC 5322, MIME).
//
//  1. A [Draft] says what the message is made of: headers, text, HTML, files; or
//     one file that is sent byte for byte (see [Open]).
//  2. [Draft.Letter] makes it a message for one recipient: templates are filled
//     in, headers are written and everything is checked, before anything is dialled.
//  3. [Letter.Compose] gives it the transfer encodings that survive the way to
//     a server, and signs it (RFC 6376). Files are read when they are sent.
//
// It knows nothing of how a message is sent.
package message
