// Package expect holds reports against what was expected of them.
//
//  1. [Parse] reads "verdict=accepted,tls>=1.2,cert-days>=14": names of facts, each
//     with an operator and a value.
//  2. [Set.Judge] looks each fact up in a report and compares. A fact that was not
//     examined is not met, and is said to be that.
//  3. [ReadFile] reads a file of recipients, each with what is expected of it.
//
// The facts are those of a report, by the names in [Facts]. Most are one value, or
// one for each host that was asked; then every host must be as expected. Some are
// sets, such as the findings: = means that one of them is as given, != that none is.
package expect
