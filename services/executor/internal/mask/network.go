package mask

import (
	"net/netip"
	"regexp"
	"strings"
)

var networkFinders = []finder{
	{sure: true, kind: Email, needs: "@", loose: true,
		form: regexp.MustCompile(`[\p{Latin}\p{Cyrillic}\p{Greek}0-9._%+\-]*[\p{Latin}\p{Cyrillic}\p{Greek}0-9_%+\-]@[\p{L}0-9](?:[\p{L}0-9\-]*[\p{L}0-9])?(?:\.[\p{L}0-9\-]+)*\.(?:[A-Za-z]{2,24}|xn--[a-z0-9\-]+|\p{Han}{2,4})`)},
	{sure: true, kind: Hardware, needs: ":-", digits: 1, valid: isMAC,
		form: regexp.MustCompile(`(?:[0-9A-Fa-f]{2}[:\-]){5}[0-9A-Fa-f]{2}`)},
	{kind: Hardware, needs: ".", digits: 1, valid: hasLetter,
		form: regexp.MustCompile(`[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}`)},
	{kind: Network, needs: ".", digits: 4, valid: isIPv4,
		form: regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?`)},
	{kind: Network, needs: ":", valid: isIPv6,
		form: regexp.MustCompile(`[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?:/\d{1,3})?`)},
}

// isIPv4 leaves out addresses that are everybody's.
func isIPv4(text string) bool {
	text, _, _ = strings.Cut(text, "/")
	a, err := netip.ParseAddr(text)
	return err == nil && !a.IsLoopback() && !a.IsUnspecified() && !a.IsMulticast() && text != "255.255.255.255"
}

// isIPv6 wants three groups, which names of other things joined by colons do
// not have.
func isIPv6(text string) bool {
	text, _, _ = strings.Cut(text, "/")
	_, err := netip.ParseAddr(text)
	groups := len(strings.FieldsFunc(text, func(r rune) bool { return r == ':' }))
	return err == nil && groups >= 3
}

// isMAC wants one separator throughout, and no broadcast.
func isMAC(text string) bool {
	same := !strings.Contains(text, ":") || !strings.Contains(text, "-")
	return same && !strings.EqualFold(strings.Trim(text, "fF:-"), "") && strings.Trim(text, "0:-") != ""
}

func hasLetter(text string) bool { return strings.ContainsAny(text, "abcdefABCDEF") }
