// Package diagnose says what it means: it turns transcripts and DNS answers
// into a verdict, the line that proves it, and what to do next. It knows no
// network and no clock, so that the same facts always give the same judgement.
//
//  1. [Lookup] finds the row of the reply catalogue that a reply belongs to: the
//     words first, then the enhanced status code, then the reply code, and the
//     stage where the same words mean different things.
//  2. [Session] judges one session about one recipient: which reply decided, or
//     which failure, and for what reason.
//  3. [Diagnose] puts the sessions of a recipient together as a sender would have
//     met them, in MX order, and gives the verdict; [Diagnosis.Final] tells
//     whether hosts that are still pending could change it.
//  4. The rules turn other facts (of DNS, of TLS, of this machine) into findings,
//     each with its evidence; [RuleOf] explains one.
//  5. [Case.Senders] says which senders would deliver under the domain's policies
//     about TLS; [Extensions] which service extensions work.
//  6. [Relay] judges a submission server, port by port.
//  7. [ExplainText] answers the same from a pasted line, offline.
//
// Knowledge is data in two tables, the catalogue and the rules. A new row is one
// literal; its example is its test.
package diagnose
