package probe

import (
	"net"
	"syscall"
)

// Write writes, and then asks the kernel to acknowledge what comes at once. Some
// servers send a TLS session ticket and hold their next reply until it is
// acknowledged (Nagle's algorithm, which Postfix leaves on); the kernel would delay that by
// 40 ms, which is no time of the server's. It must be asked anew after each write.
func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	if c, ok := w.Conn.(*net.TCPConn); ok && err == nil {
		if raw, err := c.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) {
				_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
			})
		}
	}
	return n, err
}
