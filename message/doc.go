// Package message makes the message that is sent: from parts, or from a file
// that is sent as it is. It knows nothing of how a message is sent.
package message
