// Package policy finds out what a domain says about TLS on the way to it, and
// what that means for a certificate. It judges no delivery.
//
//  1. [Resolver.TLSA] finds the TLSA records of an MX host and the DNSSEC status
//     that they rest on; [Match] holds a chain of certificates against them
//     (DANE: RFC 6698, RFC 7671, RFC 7672).
//  2. [Resolver.MTASTS] finds the record of MTA-STS, and [Fetcher.Fetch] the policy
//     itself over HTTPS (RFC 8461).
//  3. [Resolver.TLSRPT] finds where reports about failures go (RFC 8460).
//
// Whether an answer is secure is what the resolver says with AD, and that is
// worth as much as the way to it: see [Resolver.Security]. Everything that comes
// from a zone or a policy host is untrusted, bounded when it is read and kept as it came.
package policy
