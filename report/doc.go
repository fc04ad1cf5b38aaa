// Package report is how it is told: it turns reports into text, tables, JSON
// and Markdown. Colours and tables are only here.
//
//  1. [New] makes a [Renderer] for a [Format]; [Formats] is the table that says
//     which formats a command has.
//  2. [Renderer.Report] tells a report. What it writes is a function of the
//     reports before it and this one, so that a saved report replayed gives the same
//     bytes as when it was made.
//  3. A Renderer is also a [check.Observer], told what happens while it happens: on a
//     terminal the text format shows the first session while it goes on, and a status
//     line names the hosts that are still waited for. Live display changes the
//     order of what is told, never its words.
//  4. A style (style.go) is how the text format prints a transcript.
//  5. [Write] tells every other document: where the mail for a domain would go,
//     what a reply means.
//
// Everything that servers, DNS and certificates said is untrusted. It goes
// through [smtp.Printable] in every format for people, and through the one
// writer of json.go in JSON.
package report
