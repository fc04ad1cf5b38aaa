// Package tlshello says hello to servers whose TLS crypto/tls does not speak.
//
// Finite-field Diffie-Hellman, SSLv3, export, NULL and anonymous cipher suites are
// gone from crypto/tls, and rightly so. A server that has nothing else then looks
// merely broken. So that it can be told what such a server does have:
//
//  1. An [Offer] is made into a ClientHello of our own, [Offer.Hello].
//  2. [Offer.Read] reads the answer: ServerHello, Certificate and ServerKeyExchange,
//     or an alert.
//  3. There it ends. No key is agreed on and nothing is ever encrypted; what the
//     server said about itself is not proved by a signature.
//
// The package reads from an io.Reader and knows no network. What it reads is bounded
// and hostile.
package tlshello
