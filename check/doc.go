// Package check joins the rooms below it: one destination in, one report a
// recipient out.
//
//  1. [Probe] resolves the destination, plans a session for every address of
//     every host, numbers them in MX order, and starts them as the addresses become known.
//  2. Sessions run at once, within the limits of [Options] and the courtesy of [Pace].
//  3. After each, a pure function of its transcript decides whether another
//     connection follows: without TLS, without pipelining, or for recipients left
//     over; or one that only looks, at old TLS, at STARTTLS or at service extensions.
//  4. Policies about TLS are looked up beside all that, where they are asked for.
//  5. An [Observer] is told of every event as it happens.
//  6. What was found is judged by package diagnose and becomes a [Report] for
//     each recipient, which is the JSON of docs/report.schema.json. [Read] reads it back.
//  7. [ExitCode] is the one table from verdicts to exit codes.
//
// [ProbeRepeatedly] does it for several messages to each recipient. [MX] does the
// first half of it, without SMTP. [Relay] examines a submission server, port by
// port, and logs in; mail through it is a Probe. Its report is a [RelayReport].
package check
