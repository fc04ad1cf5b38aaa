package world

// StartSink starts smtp-sink of Postfix, which takes every message and throws
// it away, at an address and a port of the namespace.
func StartSink(ns *Namespace, address string) error {
	const backlog = "100"
	return start(ns, Command("smtp-sink", "-u", "nobody", address, backlog), func() error { return greets(ns, address) })
}
