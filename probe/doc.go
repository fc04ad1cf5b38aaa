// Package probe finds out what a server says. It knows only facts.
//
//  1. [Run] makes one connection to one [Target] and returns an [Attempt]: the
//     transcript of the session, and one transaction for each recipient.
//  2. What is said is a [Dialogue], a list of [Step]s: [Greet], [Hello], [StartTLS],
//     [PassOn], [Authenticate], [Queries], [Transactions], and [Quit] at the end, as
//     far as the [Options] want it. Each is a short function over the [Session].
//  3. [Session.Do] writes commands in one segment and reads a reply for each.
//     The Session is the only thing that touches the wire.
//  4. Everything that happens is an [Event]. The Session appends it to the
//     transcript and shows it to the observer; whatever else one wants to know is
//     asked of the transcript.
//
// A failed probe is data, not an error: [Failure] says how a session ended.
package probe
