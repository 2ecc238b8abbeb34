package mask

import (
	"strings"
	"testing"
)

// made-up data of every kind; check digits are right where there are any.
var personal = []struct {
	kind Kind
	text string
}{
	{Email, "zhang.san@example.com"},
	{Email, "a@b.cn"},
	{Email, "first.last+tag@mail.example.co.uk"},
	{Email, "O_Neil-9@sub.domain.example.org"},
	{Email, "müller@bücher.example.de"},
	{Email, "１３９００００１１１１＠ｑｑ.com"},
	{Phone, "13800138000"},
	{Phone, "+8613800138000"},
	{Phone, "+86 138 0013 8000"},
	{Phone, "86-13800138000"},
	{Phone, "0086 13800138000"},
	{Phone, "138-0013-8000"},
	{Phone, "１３８００１３８０００"},
	{Phone, "19912345678"},
	{Phone, "0571-88880000"},
	{Phone, "(010) 8888 0000"},
	{Phone, "010-88880000-123"},
	{Phone, "021 6543 2109"},
	{Phone, "400-820-8820"},
	{Phone, "800-810-8888"},
	{Phone, "+1 (555) 123-4567"},
	{Phone, "(415) 555-2671"},
	{Phone, "415-555-2671"},
	{Phone, "415.555.2671 ext. 12"},
	{Phone, "+44 20 7946 0958"},
	{Phone, "+49 30 901820"},
	{Phone, "+55 (12) 3923-5555"},
	{Phone, "+85291234567"},
	{Identity, "11010519491231002X"},
	{Identity, "440524188001010014"},
	{Identity, "11010519491231002x"},
	{Identity, "110105491231002"},
	{Identity, "A123456789"},
	{Identity, "A800000014"},
	{Identity, "A123456(3)"},
	{Identity, "078-05-1120"},
	{Identity, "900101-1234567"},
	{Identity, "529.982.247-25"},
	{Card, "4111111111111111"},
	{Card, "4111 1111 1111 1111"},
	{Card, "5500-0000-0000-0004"},
	{Card, "378282246310005"},
	{Card, "3782 822463 10005"},
	{Card, "6222021234567890128"},
	{Card, "30569309025904"},
	{Card, "3530111333300000"},
	{Account, "DE89370400440532013000"},
	{Account, "GB82 WEST 1234 5698 7654 32"},
	{Account, "FR1420041010050500013M02606"},
	{Plate, "浙A12345"},
	{Plate, "京AD12345"},
	{Plate, "粤B·8X8X8"},
	{Plate, "沪A1234学"},
	{Network, "10.23.4.5"},
	{Network, "203.0.113.77"},
	{Network, "192.168.1.0/24"},
	{Network, "2001:db8:85a3::8a2e:370:7334"},
	{Network, "fe80:0:0:0:202:b3ff:fe1e:8329"},
	{Hardware, "00:1a:2B:3c:4D:5e"},
	{Hardware, "00-1A-2B-3C-4D-5E"},
	{Hardware, "001a.2b3c.4d5e"},
	{Address, "浙江省杭州市西湖区文三路138号"},
	{Address, "北京市朝阳区建国路88号院3号楼2单元1203室"},
	{Address, "文三路138号"},
	{Address, "上海市浦东新区世纪大道100号"},
	{Address, "广东省深圳市南山区科技园南区一道8号"},
	{Address, "某某镇李家村三组12号"},
	{Address, "742 Evergreen Terrace"},
	{Address, "1600 Pennsylvania Avenue NW"},
	{Address, "350 Fifth Ave, Suite 3300"},
	{Address, "221B Baker Street"},
	{Address, "12, rue des Bouchers"},
	{Address, "Obere Str. 57"},
	{Address, "Berliner Platz 43"},
	{Address, "Via Ludovico il Moro 22"},
	{Address, "P.O. Box 78934"},
	{Location, "30.274150, 120.155150"},
	{Location, "-33.868820,151.209290"},
	{Secret, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"},
	{Secret, "sk-proj-abcdefghijklmnopqrstuvwx"},
	{Secret, "ghp_abcdefghijklmnopqrstuvwxyz0123456789"},
	{Secret, "AKIAIOSFODNN7EXAMPLE"},
	{Secret, "LTAI5tAbCdEfGhIjKlMnOpQr"},
	{Secret, "$2b$12$abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"},
	{Secret, "d41d8cd98f00b204e9800998ecf8427e0011"},
	{Secret, "Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRkdISUpLTE1OTw=="},
	{Secret, "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34\n-----END RSA PRIVATE KEY-----"},
}

// plain are texts in which nothing is to be masked.
var plain = []string{
	"", "***", "new", "paid", "已支付", "待发货", "男", "杭州市", "浙江省", "江苏", "黄山市", "上海市浦东新区", "New York", "San José",
	"Rock And Roll", "For Those About To Rock (We Salute You)", "AC/DC", "iPhone 15 Pro Max 256GB", "产品说明书第3章",
	"2024-01-01", "2024-01-01 12:30:45.123456+08", "20240701123045", "1719830400", "1719830400123", "1719830400123456", "12:30:45",
	"P1Y2M3DT4H5M6S", "ORD-2024-000123", "SO202407011234567890", "20240701000012345678", "DD13800138000", "SN13800138000A", "202407011380013800",
	"550e8400-e29b-41d4-a716-446655440000", "550e8400e29b41d4a716446655440000", "{550e8400-e29b-41d4-a716-446655440000}",
	"0.99", "1234567.89", "13800138000.50", "-12.5", "1,234,567.00", "99999999999", "12345678901", "10000000000", "1e10", "+5", "+20000000",
	"978-7-111-40772-1", "9787111407720", "4006381333931", "6901234567892", "ISBN 0-306-40615-2",
	"4111111111111112", "1234567812345670", "1111111111111111", "DE89370400440532013001", "11010519491231002A",
	"110105194913310021", "91330106MA27XXXX1X", "91110000600037341L", "A123456788", "A123456(4)", "000-12-3456", "666-12-3456",
	"v1.2.3", "1.2.3", "127.0.0.1", "0.0.0.0", "255.255.255.255", "999.1.1.1", "1.2.3.4.5", "std::vector", "a::b", "10:20",
	"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "https://example.com/a/b?page=2", "/var/log/app/2024/07/01/server.log",
	"SELECT * FROM t WHERE a = 1", "3 楼会议室", "第 2 号仓库", "1 号线", "5 路公交", "2 号门", "高速公路", "沪杭高速", "服务区A", "K123+500",
	"40.5°C", "100.00%", "30.1, 120.2", "1.5, 2.5", "5 Main Dishes", "12 Monkeys", "100 Years of Solitude", "8 Mile", "24 Hours a Day",
	"user@", "@handle", "a@b", "foo at bar", "C-3PO", "R2-D2", "B2B", "Windows 11", "HTTP/1.1 200 OK", "SKU-4111-1111",
	"The quick brown fox jumps over the lazy dog", "敏捷的棕色狐狸", "平均 12 天", "共 138 个", "1380013800", "138001380001", "012345678901",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "image/products/summer-collection/blue-dress-large-size.png",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "----------------------------------------", "00000000000000000000000000000000",
}

func TestPersonalDataIsMaskedWhollyAndWithinText(t *testing.T) {
	for _, test := range personal {
		if got, _ := shape(test.text); got != test.kind {
			t.Errorf("%q has the shape of %q, want %q", test.text, got, test.kind)
		}
		if digitsOnly(narrow(test.text)) && test.kind == Phone && strings.HasPrefix(test.text, "0") {
			continue
		}
		for _, around := range [][2]string{{"备注：", "，请核实"}, {"see ", " for more"}, {"(", ")"}, {"“", "”"}, {"a=", ";b"}, {"", ""}, {"\n", "\n"}} {
			masked := Text(around[0] + test.text + around[1])
			if !strings.HasPrefix(masked, around[0]) || !strings.HasSuffix(masked, around[1]) || strings.Contains(masked, test.text) {
				t.Errorf("%q within a text is %q", around[0]+test.text+around[1], masked)
			}
		}
	}
}

func TestOtherTextsStayAsTheyAre(t *testing.T) {
	for _, text := range plain {
		if got := Text(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
		if kind, _ := shape(text); kind != "" && kind != Name {
			t.Errorf("%q has the shape of %q", text, kind)
		}
	}
}

func TestPartsOfATextAreMaskedInPlace(t *testing.T) {
	for text, want := range map[string]string{
		"请联系 13800138000 或 wang@example.com。":         "请联系 1********** 或 ***@***.com。",
		"联系人：张三，电话 0571-88880000":                     "联系人：***，电话 ****-********",
		"张先生（浙A12345）已入住":                             "***先生（*******）已入住",
		"Mr. John Smith called from (415) 555-2671.":  "Mr. *** called from (***) ***-****.",
		"Contact: Jane Doe, jane@example.org":         "Contact: ***, ***@***.com",
		"ship to 742 Evergreen Terrace, Springfield":  "ship to *** Terrace, Springfield",
		"寄往浙江省杭州市西湖区文三路138号3楼。":                       "***省***市***区***路***号***楼。",
		"地址：西湖边第三棵柳树旁":                                "地址：***",
		"身份证号：11010519491231002X 出生日期：1949-12-31":     "身份证号：****************** 出生日期：****-**-**",
		"passport no. E12345678, born 1990-01-31":     "passport no. *********, born ****-**-**",
		"微信：zhangsan_88，QQ 12345678":                  "微信：***，QQ ***",
		"密码：abc123!x 已重置":                             "密码：*** 已重置",
		"postgres://admin:hunter2@db.internal/x":      "postgres://***@db.internal/x",
		"https://x.example.com/cb?token=abcdef&x=1":   "https://x.example.com/cb?token=***&x=1",
		"Authorization: Bearer abcdefghijklmnop.1234": "Authorization: Bearer ***",
		"login from 203.0.113.77 at 12:30":            "login from ***.*.***.** at 12:30",
	} {
		if got := Text(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestDocumentsAreMaskedByNamesAndValues(t *testing.T) {
	for _, test := range []struct{ typ, value, want string }{
		{"jsonb", `{"name": "张三", "phone": "12345", "vip": true, "age": 30}`, `{"name": "***", "phone": "*****", "vip": true, "age": 30}`},
		{"jsonb", `{"city": "杭州", "tags": ["new", "a@b.com"]}`, `{"city": "杭州", "tags": ["new", "***@***.com"]}`},
		{"json", `{"buyer": {"name": "Ann Lee", "mobile": 13800138000}, "item": {"name": "Pen"}}`, `{"buyer": {"name": "***", "mobile": "1**********"}, "item": {"name": "Pen"}}`},
		{"json", `{"text": "\u6d59A12345"}`, `{"text": "*******"}`},
		{"text", `[{"email":"x@y.org","price":"9.90"},{"email":"z@y`, `[{"email":"***@***.com","price":"9.90"},{"email":"***@***.com"`},
		{"text", `{"payload":"{\"phone\":\"12345\"}"}`, `{"payload":"{\"phone\":\"*****\"}"}`},
		{"text[]", `{13800138000,new,"742 Evergreen Terrace"}`, `{"1**********",new,"*** Terrace"}`},
		{"public.hstore", `"mobile"=>"12345", "color"=>"red"`, `"mobile"=>"*****", "color"=>"red"`},
	} {
		c := Column{Table: "public.crm_user", Name: "extra", Type: test.typ}
		if got, _ := c.within(test.value, false); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.value, got, test.want)
		}
	}
	address := Column{Table: "public.shop", Name: "address", Type: "jsonb"}
	if got := address.cover(address.Kind(), `{"street": "Elm", "no": 5}`); got != `{"street": "***", "no": "***"}` {
		t.Errorf("an address as a document: %s", got)
	}
}
