package tlshello

import (
	"crypto/tls"
	"fmt"
)

// groups are the elliptic curves offered.
func groups() []uint16 {
	return []uint16{29, 30, 23, 24, 25, 26, 27, 28, 22, 14, 13, 12, 11, 10, 9, 19, 21}
}

// groupName is the name of a named group, as crypto/tls has it where it does.
func groupName(id uint16) string {
	names := map[uint16]string{
		9: "sect283k1", 10: "sect283r1", 11: "sect409k1", 12: "sect409r1", 13: "sect571k1", 14: "sect571r1",
		19: "secp192r1", 21: "secp224r1", 22: "secp256k1", 26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1", 30: "X448",
		uint16(tls.CurveP256): "P-256", uint16(tls.CurveP384): "P-384", uint16(tls.CurveP521): "P-521", uint16(tls.X25519): "X25519",
	}
	if name := names[id]; name != "" {
		return name
	}
	return fmt.Sprintf("group %d", id)
}
