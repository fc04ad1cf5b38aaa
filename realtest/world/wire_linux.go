package world

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Wire is a cable between two namespaces that holds back every Ethernet frame,
// so that SYN, DNS and TLS are late too. It stands in for tc-netem(8), which
// not every kernel has.
type Wire struct {
	Delay  time.Duration // one way
	Jitter time.Duration // up to this much more, at random: frames overtake each other
	Loss   float64       // share of the frames that are lost
}

// JoinWire lays the cable; it is tap0 at both ends. It works until stop is called.
func JoinWire(a, b *Namespace, wire Wire) (stop func(), err error) {
	left, err := openTAP(a)
	if err != nil {
		return nil, err
	}
	right, err := openTAP(b)
	if err != nil {
		left.Close()
		return nil, err
	}
	var pumps sync.WaitGroup
	pumps.Go(func() { wire.pump(left, right) })
	pumps.Go(func() { wire.pump(right, left) })
	return func() {
		left.Close()
		right.Close()
		pumps.Wait()
	}, nil
}

// openTAP makes the device tap0 in a namespace; it goes when the file is closed.
func openTAP(ns *Namespace) (file *os.File, err error) {
	err = ns.Do(func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return fmt.Errorf("/dev/net/tun: %w", err)
		}
		request, err := unix.NewIfreq("tap0")
		if err != nil {
			return err
		}
		request.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
			_ = unix.Close(fd)
			return fmt.Errorf("TUNSETIFF: %w", err)
		}
		file = os.NewFile(uintptr(fd), "tap0")
		return nil
	})
	if err != nil {
		return nil, err
	}
	return file, ns.IP("link", "set", "tap0", "up")
}

// pump carries frames until its files are closed.
func (w Wire) pump(from, to *os.File) {
	var late sync.WaitGroup
	defer late.Wait()
	inOrder := make(chan heldFrame, 4096)
	defer close(inOrder)
	late.Go(func() {
		for frame := range inOrder {
			time.Sleep(time.Until(frame.due))
			frame.write(to)
		}
	})
	for {
		buffer := make([]byte, 2048)
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if w.Loss > 0 && rand.Float64() < w.Loss {
			continue
		}
		frame := heldFrame{due: time.Now().Add(w.Delay), bytes: buffer[:n]}
		if w.Jitter == 0 {
			inOrder <- frame
			continue
		}
		late.Add(1)
		time.AfterFunc(w.Delay+rand.N(w.Jitter), func() {
			defer late.Done()
			frame.write(to)
		})
	}
}

type heldFrame struct {
	due   time.Time
	bytes []byte
}

// write writes the frame; one that is not taken is lost, as on a real wire.
func (f heldFrame) write(to *os.File) {
	_, _ = to.Write(f.bytes)
}
