// Package world builds small networks with real servers in them, on this one
// machine: for the tests with real servers and for the benchmark.
//
//  1. Two network namespaces, a client's and a servers', are joined by a cable:
//     a veth pair, or a Wire that delays and loses frames.
//  2. Servers from Debian's packages (Postfix, postgrey, Exim, Sendmail, OpenSMTPD, Courier, Dovecot, unbound, nsd)
//     start in the servers' namespace, each at documentation addresses of its
//     own and at its true port, with all their files in one temporary folder;
//     those whose paths are compiled in have a root of their own.
//  3. Start functions return when the server has answered.
//  4. Closing a namespace ends every process in it.
//
// All of it needs root and Linux. Nothing leaves the namespaces: they have no
// way to another network.
package world
