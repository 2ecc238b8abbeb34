package mask

import "testing"

// TestColumnsAreJudgedByTheirNames holds a column a line: its table, name and
// comment, its type where that is not text, and the kind.
func TestColumnsAreJudgedByTheirNames(t *testing.T) {
	for _, test := range []struct {
		table, name, comment, typ string
		kind                      Kind
	}{
		// English
		{"customer", "email", "", "", Email}, {"customer", "EmailAddress", "", "", Email}, {"t", "useremail", "", "", Email},
		{"t", "e_mail", "", "", Email}, {"t", "mail", "", "", Email}, {"t", "emails", "", "text[]", Email}, {"t", "email_hash", "", "", Email},
		{"t", "phone", "", "", Phone}, {"t", "PhoneNumber", "", "", Phone}, {"t", "phone2", "", "", Phone}, {"t", "mobile_no", "", "bigint", Phone},
		{"t", "home_phone", "", "", Phone}, {"t", "Fax", "", "", Phone}, {"t", "custphonenumber", "", "", Phone}, {"t", "tel", "", "", Phone},
		{"t", "id_card", "", "", Identity}, {"t", "idCardNo", "", "", Identity}, {"t", "identity", "", "", Identity}, {"t", "ssn", "", "", Identity},
		{"t", "passport_number", "", "", Identity}, {"t", "national_id", "", "", Identity}, {"t", "driver_license_no", "", "", Identity},
		{"t", "bank_card", "", "", Card}, {"t", "card_no", "", "", Card}, {"t", "credit_card_number", "", "", Card}, {"t", "cardNumber", "", "bigint", Card},
		{"t", "iban", "", "", Account}, {"t", "bank_account_no", "", "", Account},
		{"t", "address", "", "", Address}, {"t", "addr", "", "", Address}, {"t", "address_line1", "", "", Address}, {"t", "BillingAddress", "", "", Address},
		{"t", "ship_address", "", "", Address}, {"t", "street", "", "", Address}, {"t", "postal_code", "", "", Address}, {"t", "zip", "", "", Address},
		{"t", "birth_date", "", "date", Birth}, {"t", "DateOfBirth", "", "timestamp without time zone", Birth}, {"t", "dob", "", "date", Birth},
		{"t", "wechat_id", "", "", Online}, {"t", "qq", "", "bigint", Online}, {"t", "openid", "", "", Online}, {"t", "username", "", "", Online},
		{"t", "userName", "", "", Online}, {"t", "nick_name", "", "", Online},
		{"t", "license_plate", "", "", Plate}, {"t", "plate_no", "", "", Plate}, {"t", "vin", "", "", Plate},
		{"t", "ip", "", "", Network}, {"t", "ip_address", "", "", Network}, {"t", "last_login_ip", "", "", Network}, {"t", "host", "", "inet", Network},
		{"t", "mac", "", "", Hardware}, {"t", "mac_address", "", "", Hardware}, {"t", "hw", "", "macaddr", Hardware}, {"t", "imei", "", "", Hardware},
		{"t", "latitude", "", "numeric(9,6)", Location}, {"t", "lng", "", "double precision", Location}, {"t", "at", "", "point", Location},
		{"t", "position", "", "public.geometry(Point,4326)", Location},
		{"t", "password", "", "", Secret}, {"t", "api_key", "", "", Secret}, {"t", "AccessToken", "", "", Secret}, {"t", "session_id", "", "", Secret},
		{"t", "first_name", "", "", Name}, {"t", "LastName", "", "", Name}, {"t", "full_name", "", "", Name}, {"t", "surname", "", "", Name},
		{"t", "contact_name", "", "", Name}, {"t", "customer_name", "", "", Name}, {"t", "ship_name", "", "", Name}, {"t", "driver", "", "", Name},
		{"customers", "name", "", "", Name}, {"crm.t_user_info", "name", "", "", Name}, {"staff_list", "name", "", "", Name}, {"Employee", "Name", "", "", Name},
		{"t", "created_by", "", "", Name}, {"employees", "notes", "", "", Profile}, {"t", "resume", "", "", Profile},
		{"t", "sess_id", "", "", Secret}, {"t", "PHPSESSID", "", "", Secret}, {"t", "c0", "会话标识", "", Secret},
		{"t", "device_id", "", "", Hardware}, {"t", "deviceId", "", "", Hardware}, {"t", "IMEI", "", "", Hardware}, {"t", "maiden", "", "", Name}, {"t", "maiden_name", "", "", Name},
		{"t", "vat_no", "", "", Identity}, {"t", "VatNumber", "", "", Identity}, {"t", "tax_number", "", "", Identity}, {"t", "taxpayer_id", "", "", Identity},
		// pinyin
		{"t", "shouji", "", "", Phone}, {"t", "lxdh", "", "", Phone}, {"t", "youxiang", "", "", Email}, {"t", "xingming", "", "", Name},
		{"t", "shenfenzheng", "", "", Identity}, {"t", "sfzh", "", "", Identity}, {"t", "dizhi", "", "", Address}, {"t", "chepaihao", "", "", Plate},
		{"t", "csrq", "", "date", Birth}, {"t", "weixin", "", "", Online}, {"t", "mima", "", "", Secret}, {"t", "kahao", "", "", Card}, {"t", "lianxiren", "", "", Name},
		// Chinese names
		{"客户", "姓名", "", "", Name}, {"客户", "名称", "", "", Name}, {"t", "手机号码", "", "", Phone}, {"t", "联系电话", "", "", Phone}, {"t", "家庭住址", "", "", Address},
		{"t", "身份证号", "", "", Identity}, {"t", "银行卡号", "", "", Card}, {"t", "工资卡", "", "", Card}, {"t", "工资卡号", "", "", Card}, {"t", "银行卡", "", "", Card}, {"t", "卡号", "", "", Card}, {"t", "设备号", "", "", Hardware}, {"t", "电子邮箱", "", "", Email}, {"t", "车牌", "", "", Plate}, {"t", "登录IP", "", "", Network},
		{"t", "微信号", "", "", Online}, {"t", "出生日期", "", "date", Birth}, {"t", "经度", "", "numeric", Location}, {"t", "密码", "", "", Secret}, {"t", "收货人", "", "", Name},
		// comments
		{"t", "c1", "客户手机号，11 位", "", Phone}, {"t", "c2", "邮箱（登录用）", "", Email}, {"t", "c3", "收货地址", "", Address}, {"t", "c4", "护照号码", "", Identity},
		{"t", "c5", "e-mail address of the guest", "", Email}, {"t", "c6", "Mobile phone number", "", Phone}, {"t", "c7", "登录密码", "", Secret},
		{"t", "c8", "银行账号", "", Account}, {"t", "c9", "IP地址", "", Network}, {"t", "c10", "MAC地址", "", Hardware}, {"t", "c11", "客户姓名", "", Name},
		{"t", "c12", "联系人 QQ", "", Online}, {"t", "c13", "操作员", "", Name},
	} {
		if test.typ == "" {
			test.typ = "text"
		}
		c := Column{Table: "public." + test.table, Name: test.name, Comment: test.comment, Type: test.typ}
		if got := c.Kind(); got != test.kind {
			t.Errorf("%s.%s %q (%s): %q, want %q", test.table, test.name, test.comment, test.typ, got, test.kind)
		}
	}
}

func TestOtherColumnsAreNotPersonalByTheirNames(t *testing.T) {
	for _, c := range []Column{
		{Name: "email_verified"}, {Name: "email_count", Type: "integer"}, {Name: "email", Type: "boolean"}, {Name: "phone_type"}, {Name: "mobile_brand"},
		{Name: "address_id", Type: "integer"}, {Name: "address_type"}, {Name: "ip_count", Type: "bigint"}, {Name: "ship_via"}, {Name: "ship_city"},
		{Name: "city"}, {Name: "country"}, {Name: "region"}, {Name: "title"}, {Name: "name", Table: "public.product"}, {Name: "name", Table: "public.city"},
		{Name: "Name", Table: "public.Artist"}, {Name: "first_name", Table: "public.actor"}, {Name: "last_name", Table: "public.actor_info"},
		{Name: "full_name", Table: "public.superhero"}, {Name: "name", Table: "public.user_role"}, {Name: "name", Table: "public.customer_type"},
		{Name: "姓名", Table: "public.演员"}, {Name: "company_name", Table: "public.customers"}, {Name: "product_name"}, {Name: "file_name"}, {Name: "table_name"},
		{Name: "contact_title"}, {Name: "headphone"}, {Name: "order_no"}, {Name: "card_type"}, {Name: "birth_year", Type: "integer"}, {Name: "hire_date", Type: "date"},
		{Name: "status"}, {Name: "gender"}, {Name: "age", Type: "integer"}, {Name: "salary", Type: "numeric(10,2)"}, {Name: "mailing_list"}, {Name: "mail_status"},
		{Name: "customer_id", Type: "integer", Key: true}, {Name: "phone", Type: "bigint", Key: true}, {Name: "user_agent"}, {Name: "client"}, {Name: "notes", Table: "public.orders"},
		{Name: "c", Comment: "是否手机用户"}, {Name: "c", Comment: "手机品牌"}, {Name: "c", Comment: "电话渠道"}, {Name: "c", Comment: "地址类型"}, {Name: "c", Comment: "手机号归属地"},
		{Name: "c", Comment: "产品名称"}, {Name: "c", Comment: "服务区名称"}, {Name: "c", Comment: "订单编号"}, {Name: "c", Comment: "客户编号"}, {Name: "c", Comment: "客户类型"},
		{Name: "c", Comment: "邮箱数量", Type: "integer"}, {Name: "c", Comment: "Type of the address"}, {Name: "c", Comment: "number of e-mails sent", Type: "integer"},
		{Name: "名称", Table: "public.服务区"}, {Name: "名称", Table: "public.客户分类", TableComment: "客户分类表"}, {Name: "created_by", Type: "integer"},
		{Name: "id", Type: "uuid"}, {Name: "description", Table: "public.film"}, {Name: "status", Enum: true, Type: "public.phone"}, {Name: "compass"}, {Name: "会员卡等级"}, {Name: "卡等级"}, {Name: "会员卡"}, {Name: "卡类型"}, {Name: "显卡"}, {Name: "session_count", Type: "integer"}, {Name: "session_type"}, {Name: "sessions_per_day", Type: "integer"}, {Name: "session_name"},
		{Name: "session"}, {Name: "device_type"}, {Name: "device_name"}, {Name: "device_id", Type: "integer", Key: true}, {Name: "vat_rate", Type: "numeric"}, {Name: "vat", Type: "numeric(10,2)"}, {Name: "tax_rate", Type: "numeric"}, {Name: "税号"},
		{Name: "secretary_count", Type: "integer"},
	} {
		if c.Type == "" {
			c.Type = "text"
		}
		if got := c.Kind(); got != "" {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestSessionsAreSecretsByTheirValues(t *testing.T) {
	for value, want := range map[string]bool{"sess_9f8e7d": true, "session-ab12cd34": true, "session_started": false, "sessions": false, "morning": false} {
		if IsSecret([]byte(value)) != want {
			t.Errorf("%q: %v", value, !want)
		}
	}
}
