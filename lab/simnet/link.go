package simnet

import (
	"io"
	"syscall"
	"time"
)

// Link says what a connection is like. The zero Link is a perfect one.
type Link struct {
	// Latency is the time a byte takes from one end to the other.
	Latency time.Duration
	// Window is how many bytes may be on their way or wait to be read in each
	// direction before a write blocks; 0 means [DefaultWindow].
	Window int
	// Slice, if not 0, delivers what the server sends in pieces of so many bytes.
	Slice int
	// Fault breaks what the server sends.
	Fault Fault
}

// Fault is one thing that goes wrong in the bytes from server to client.
type Fault struct {
	Kind FaultKind
	// At is the number of bytes the client reads before it happens.
	At int64
	// Byte is what [Garbage] puts in place of the byte at this position.
	Byte byte
	// Connection is which connection to the address it happens to, from 1; 0
	// means each.
	Connection int
}

// FaultKind is a kind of fault.
type FaultKind string

// The kinds of faults.
const (
	NoFault   FaultKind = ""
	CutEOF    FaultKind = "eof"     // the stream ends
	CutReset  FaultKind = "reset"   // the connection is reset
	Stall     FaultKind = "stall"   // nothing comes any more
	Garbage   FaultKind = "garbage" // one byte is another
	InsertLF  FaultKind = "lf"      // there is one LF more
	spentOnce FaultKind = "spent"
)

// inject passes data on its way to the client through the fault, sent being the
// number of bytes before it. It returns what arrives, how the stream ends (nil:
// it does not), and whether everything later is lost.
func (f *Fault) inject(sent int64, data []byte) (arrives []byte, end error, lost bool) {
	at := f.At - sent
	switch f.Kind {
	case CutEOF, CutReset, Stall:
		if at > int64(len(data)) {
			return data, nil, false
		}
		kind := f.Kind
		f.Kind = spentOnce
		switch kind {
		case CutEOF:
			end = io.EOF
		case CutReset:
			end = syscall.ECONNRESET
		}
		return data[:at], end, true
	case Garbage, InsertLF:
		if at >= int64(len(data)) {
			return data, nil, false
		}
		out := append([]byte(nil), data[:at]...)
		if f.Kind == Garbage {
			out = append(append(out, f.Byte), data[at+1:]...)
		} else {
			out = append(append(out, '\n'), data[at:]...)
		}
		f.Kind = spentOnce
		return out, nil, false
	}
	return data, nil, false
}
