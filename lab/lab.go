// Package lab is a world of mail servers to try everything against: well-behaved
// ones, broken ones and hostile ones, all inside the process.
//
//  1. A [Dialogue] is a scripted server, written as a person would paste it from
//     a bug report: "S:" lines, "C:" lines, and "*" directives for what is not a
//     line of text. [Parse] reads it; directive.go lists the directives.
//  2. A [Server] plays a dialogue to every client that connects, and remembers
//     what they said. Well-behaved hosts are a real server, go-smtp, behind the
//     directive "* serve go-smtp".
//  3. An [Authority] makes the certificates, good and bad, on first use.
//  4. A [World] puts many such hosts at documentation addresses, with a DNS
//     server for their zone, and hands out the three things that lead a client
//     there: Dial, Resolver and RootCAs. Nothing of it is ever put on a wire.
//  5. Package simnet is the network in memory on which all this also runs inside
//     a testing/synctest bubble.
//
// The dialogues and the zone of the built-in world are text, in lab/world.
package lab
