package tlshello

import (
	"fmt"
	"strings"
)

// suite is one cipher suite, by its name in the IANA's registry.
type suite struct {
	id   uint16
	name string // without "TLS_"
}

// suites are the cipher suites of SSLv3 to TLS 1.2 that mail servers have had, the
// better ones first: a server that lets the client choose then shows its best.
var suites = []suite{ //nolint:gochecknoglobals // read only
	{0xc02c, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
	{0xc02b, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
	{0xc030, "ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
	{0xc02f, "ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
	{0xcca9, "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
	{0xcca8, "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
	{0xc024, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
	{0xc023, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
	{0xc028, "ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
	{0xc027, "ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
	{0xc00a, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
	{0xc009, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
	{0xc014, "ECDHE_RSA_WITH_AES_256_CBC_SHA"},
	{0xc013, "ECDHE_RSA_WITH_AES_128_CBC_SHA"},

	{0x009f, "DHE_RSA_WITH_AES_256_GCM_SHA384"},
	{0x009e, "DHE_RSA_WITH_AES_128_GCM_SHA256"},
	{0xccaa, "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
	{0xc09f, "DHE_RSA_WITH_AES_256_CCM"},
	{0xc09e, "DHE_RSA_WITH_AES_128_CCM"},
	{0x006b, "DHE_RSA_WITH_AES_256_CBC_SHA256"},
	{0x0067, "DHE_RSA_WITH_AES_128_CBC_SHA256"},
	{0x0039, "DHE_RSA_WITH_AES_256_CBC_SHA"},
	{0x0033, "DHE_RSA_WITH_AES_128_CBC_SHA"},
	{0x00c4, "DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256"},
	{0x00be, "DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"},
	{0x0088, "DHE_RSA_WITH_CAMELLIA_256_CBC_SHA"},
	{0x0045, "DHE_RSA_WITH_CAMELLIA_128_CBC_SHA"},
	{0x009a, "DHE_RSA_WITH_SEED_CBC_SHA"},
	{0x00a3, "DHE_DSS_WITH_AES_256_GCM_SHA384"},
	{0x00a2, "DHE_DSS_WITH_AES_128_GCM_SHA256"},
	{0x006a, "DHE_DSS_WITH_AES_256_CBC_SHA256"},
	{0x0040, "DHE_DSS_WITH_AES_128_CBC_SHA256"},
	{0x0038, "DHE_DSS_WITH_AES_256_CBC_SHA"},
	{0x0032, "DHE_DSS_WITH_AES_128_CBC_SHA"},

	{0xc005, "ECDH_ECDSA_WITH_AES_256_CBC_SHA"},
	{0xc004, "ECDH_ECDSA_WITH_AES_128_CBC_SHA"},
	{0xc00f, "ECDH_RSA_WITH_AES_256_CBC_SHA"},
	{0xc00e, "ECDH_RSA_WITH_AES_128_CBC_SHA"},
	{0x0037, "DH_RSA_WITH_AES_256_CBC_SHA"},
	{0x0031, "DH_RSA_WITH_AES_128_CBC_SHA"},

	{0x009d, "RSA_WITH_AES_256_GCM_SHA384"},
	{0x009c, "RSA_WITH_AES_128_GCM_SHA256"},
	{0x003d, "RSA_WITH_AES_256_CBC_SHA256"},
	{0x003c, "RSA_WITH_AES_128_CBC_SHA256"},
	{0x0035, "RSA_WITH_AES_256_CBC_SHA"},
	{0x002f, "RSA_WITH_AES_128_CBC_SHA"},
	{0x0084, "RSA_WITH_CAMELLIA_256_CBC_SHA"},
	{0x0041, "RSA_WITH_CAMELLIA_128_CBC_SHA"},
	{0x0096, "RSA_WITH_SEED_CBC_SHA"},
	{0x0007, "RSA_WITH_IDEA_CBC_SHA"},

	{0xc008, "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"},
	{0xc012, "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"},
	{0x0016, "DHE_RSA_WITH_3DES_EDE_CBC_SHA"},
	{0x0013, "DHE_DSS_WITH_3DES_EDE_CBC_SHA"},
	{0x000a, "RSA_WITH_3DES_EDE_CBC_SHA"},
	{0xc007, "ECDHE_ECDSA_WITH_RC4_128_SHA"},
	{0xc011, "ECDHE_RSA_WITH_RC4_128_SHA"},
	{0x0066, "DHE_DSS_WITH_RC4_128_SHA"},
	{0x0005, "RSA_WITH_RC4_128_SHA"},
	{0x0004, "RSA_WITH_RC4_128_MD5"},
	{0x0015, "DHE_RSA_WITH_DES_CBC_SHA"},
	{0x0012, "DHE_DSS_WITH_DES_CBC_SHA"},
	{0x0009, "RSA_WITH_DES_CBC_SHA"},

	{0x00a7, "DH_anon_WITH_AES_256_GCM_SHA384"},
	{0x00a6, "DH_anon_WITH_AES_128_GCM_SHA256"},
	{0x006d, "DH_anon_WITH_AES_256_CBC_SHA256"},
	{0x006c, "DH_anon_WITH_AES_128_CBC_SHA256"},
	{0xc019, "ECDH_anon_WITH_AES_256_CBC_SHA"},
	{0xc018, "ECDH_anon_WITH_AES_128_CBC_SHA"},
	{0x003a, "DH_anon_WITH_AES_256_CBC_SHA"},
	{0x0034, "DH_anon_WITH_AES_128_CBC_SHA"},
	{0xc017, "ECDH_anon_WITH_3DES_EDE_CBC_SHA"},
	{0x001b, "DH_anon_WITH_3DES_EDE_CBC_SHA"},
	{0xc016, "ECDH_anon_WITH_RC4_128_SHA"},
	{0x0018, "DH_anon_WITH_RC4_128_MD5"},
	{0x001a, "DH_anon_WITH_DES_CBC_SHA"},

	{0x0062, "RSA_EXPORT1024_WITH_DES_CBC_SHA"},
	{0x0064, "RSA_EXPORT1024_WITH_RC4_56_SHA"},
	{0x0014, "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"},
	{0x0011, "DHE_DSS_EXPORT_WITH_DES40_CBC_SHA"},
	{0x0008, "RSA_EXPORT_WITH_DES40_CBC_SHA"},
	{0x0006, "RSA_EXPORT_WITH_RC2_CBC_40_MD5"},
	{0x0003, "RSA_EXPORT_WITH_RC4_40_MD5"},
	{0x0019, "DH_anon_EXPORT_WITH_DES40_CBC_SHA"},
	{0x0017, "DH_anon_EXPORT_WITH_RC4_40_MD5"},

	{0xc006, "ECDHE_ECDSA_WITH_NULL_SHA"},
	{0xc010, "ECDHE_RSA_WITH_NULL_SHA"},
	{0xc015, "ECDH_anon_WITH_NULL_SHA"},
	{0x003b, "RSA_WITH_NULL_SHA256"},
	{0x0002, "RSA_WITH_NULL_SHA"},
	{0x0001, "RSA_WITH_NULL_MD5"},
}

// SuiteName is the name of a cipher suite in the IANA's registry, or its number.
func SuiteName(id uint16) string {
	for _, s := range suites {
		if s.id == id {
			return "TLS_" + s.name
		}
	}
	return fmt.Sprintf("0x%04X", id)
}

// Weak names what is wrong with a cipher suite of this name: anonymous, NULL,
// export, RC4, DES, 3DES or RC2; "" for nothing that is broken.
func Weak(name string) string {
	for _, w := range [...]struct{ part, word string }{
		{"_anon_", "anonymous"}, {"_NULL_", "NULL"}, {"_EXPORT", "export"}, {"_RC4_", "RC4"},
		{"_3DES_", "3DES"}, {"_DES_", "DES"}, {"_RC2_", "RC2"},
	} {
		if strings.Contains(name, w.part) {
			return w.word
		}
	}
	return ""
}

// exchange is the key exchange of a cipher suite: "DHE", "RSA", "DH_anon", "".
func exchange(id uint16) string {
	before, _, ok := strings.Cut(strings.TrimPrefix(SuiteName(id), "TLS_"), "_WITH_")
	if !ok {
		return ""
	}
	before, export := strings.CutSuffix(before, "_EXPORT")
	before, _ = strings.CutSuffix(before, "_EXPORT1024")
	for _, kx := range []string{"ECDHE", "DHE"} {
		if strings.HasPrefix(before, kx+"_") {
			return kx
		}
	}
	if export && before == "RSA" {
		return "RSA export"
	}
	return before
}

// choose returns the cipher suites whose names fit.
func choose(fits func(name string) bool) (ids []uint16) {
	for _, s := range suites {
		if fits(s.name) {
			ids = append(ids, s.id)
		}
	}
	return ids
}
