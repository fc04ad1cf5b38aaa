// Package redact takes out of a report what says whose it is, so that it can be
// shared: mail addresses, names and IP addresses become pseudonyms, in every
// spelling that servers and resolvers give them. What a diagnosis rests on stays:
// codes, words, times, and how the names relate.
//
//  1. A [Mapper] learns every document of a run ([Mapper.Learn]). What stands in
//     the fields of addresses and names is one, of any shape; in all other text, what
//     looks like one (kinds.go says which field is what).
//  2. Pseudonyms are given in the order of first appearance and are stable in a
//     run: user1@domain-a.example, host1.domain-a.example, 192.0.2.1. None of them is a
//     name that occurs. The same documents give the same pseudonyms.
//  3. [Document] rewrites a document: addresses, IP addresses and names where they
//     stand, and words that are part of one; escapes, base64 and hexadecimal digits are taken off,
//     what is inside is rewritten, and they are put on again.
//  4. [Mapper.Leaks] looks for the originals in what is to be written. It works by
//     search alone and shares nothing with the rewriting but the list of what to find.
//
// A redacted document is a document of the same form: it can be replayed, and redacted again, which changes nothing.
package redact
