package message

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/smtpcheck/smtpcheck/smtp"
)

// File is a file that goes with the message. It is read when it is sent, and is
// then as it was when it was looked at, or sending fails with [ErrChanged].
type File struct {
	Name   string // as the message has it: no folder, nothing that is invisible
	Type   string // media type
	Inline bool   // for the HTML to show: cid:NAME

	source *source
	plain  bool // a message that can stand as it is in a message
}

// OpenFile opens a file to attach; "-" is standard input.
func OpenFile(name string) (*File, error) {
	s, err := openSource(name)
	if err != nil {
		return nil, err
	}
	f := &File{Name: cleanName(name), source: s}
	if err := f.look(); err != nil {
		_ = s.close()
		return nil, err
	}
	return f, nil
}

// look finds the media type: by the name, else by how the content begins.
func (f *File) look() error {
	r, err := f.source.open()
	if err != nil {
		return err
	}
	begin := make([]byte, 512)
	n, err := io.ReadFull(r, begin)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	f.Type = typeOf(f.Name, begin[:n])
	if f.Type != messageType {
		return nil
	}
	f.plain, err = f.canStand()
	if !f.plain {
		f.Type = "application/octet-stream"
	}
	return err
}

const messageType = "message/rfc822"

// canStand reports whether a message can be part of a message: it must not be
// encoded again (RFC 2046, section 5.2.1).
func (f *File) canStand() (bool, error) {
	r, err := f.source.open()
	if err != nil {
		return false, err
	}
	scan := new(lineScan)
	_, err = io.Copy(scan, r)
	return err == nil && scan.size > 0 && !scan.eightBit && !scan.nul && !scan.bareCR && scan.last != '\r' &&
		scan.bareLF == 0 && scan.longest <= maxLine, err
}

// Close closes the file.
func (f *File) Close() error { return f.source.close() }

// cleanName is the name that a file has in a message.
func cleanName(name string) string {
	if name == "-" {
		return "attachment"
	}
	name = strings.ToValidUTF8(filepath.Base(name), "_")
	return strings.Map(func(r rune) rune {
		if !smtp.Graphic(r) && r != ' ' || r == '/' || r == '\\' || r == utf8.RuneError {
			return '_'
		}
		return r
	}, name)
}

// part is the file as a part of a message.
func (f *File) part(contentID string) part {
	disposition := "attachment"
	p := part{encoding: Base64, open: f.source.open}
	if f.plain {
		p.encoding = SevenBit
	}
	if f.Inline {
		disposition = "inline"
	}
	p.header = []string{
		"Content-Type: " + f.Type,
		"Content-Disposition: " + disposition + parameter("filename", f.Name),
		"Content-Transfer-Encoding: " + string(p.encoding),
	}
	if contentID != "" {
		p.header = append(p.header, "Content-ID: <"+contentID+">")
	}
	return p
}

// typeOf is the media type of a file.
func typeOf(name string, begin []byte) string {
	if t, ok := typesByName[strings.ToLower(filepath.Ext(name))]; ok {
		return t
	}
	for _, m := range magic {
		if bytes.HasPrefix(begin, []byte(m.begin)) {
			return m.mediaType
		}
	}
	for len(begin) > 0 && !utf8.RuneStart(begin[len(begin)-1]) { // a character that was cut
		begin = begin[:len(begin)-1]
	}
	if len(begin) > 0 && begin[len(begin)-1] >= utf8.RuneSelf {
		begin = begin[:len(begin)-1]
	}
	if utf8.Valid(begin) && !bytes.ContainsFunc(begin, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' }) {
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// typesByName is ours, so that a message does not depend on what a system knows.
var typesByName = map[string]string{ //nolint:gochecknoglobals // read only
	".txt": "text/plain; charset=utf-8", ".log": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8", ".csv": "text/csv; charset=utf-8",
	".htm": "text/html; charset=utf-8", ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".ics": "text/calendar; charset=utf-8",
	".vcf": "text/vcard; charset=utf-8", ".xml": "application/xml", ".json": "application/json", ".js": "text/javascript; charset=utf-8",
	".pdf": "application/pdf", ".rtf": "application/rtf", ".ps": "application/postscript", ".eml": messageType,
	".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint", ".msg": "application/vnd.ms-outlook",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
	".zip": "application/zip", ".gz": "application/gzip", ".tgz": "application/gzip", ".tar": "application/x-tar", ".7z": "application/x-7z-compressed",
	".rar": "application/vnd.rar", ".jar": "application/java-archive", ".exe": "application/vnd.microsoft.portable-executable",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".svg": "image/svg+xml",
	".bmp": "image/bmp", ".ico": "image/vnd.microsoft.icon", ".tif": "image/tiff", ".tiff": "image/tiff", ".heic": "image/heic",
	".mp3": "audio/mpeg", ".wav": "audio/wav", ".ogg": "audio/ogg", ".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
	".asc": "application/pgp-keys", ".sig": "application/pgp-signature", ".p7s": "application/pkcs7-signature", ".p7m": "application/pkcs7-mime",
}

var magic = []struct{ begin, mediaType string }{ //nolint:gochecknoglobals // read only
	{"%PDF-", "application/pdf"}, {"\x89PNG\r\n\x1a\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"},
	{"GIF87a", "image/gif"}, {"GIF89a", "image/gif"}, {"PK\x03\x04", "application/zip"}, {"\x1f\x8b", "application/gzip"},
	{"MZ", "application/vnd.microsoft.portable-executable"}, {"{\\rtf", "application/rtf"}, {"<?xml", "application/xml"},
}
