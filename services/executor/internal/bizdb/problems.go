package bizdb

import (
	"net"
	"strconv"
	"strings"

	"github.com/citu/datapipeline/events"
)

var (
	connectionInvalid = problem{
		errorType: "db_connection_invalid", class: events.ClassUser,
		zh: "数据库连接串无法解析。请写成 postgresql://用户:密码@主机:5432/数据库 的形式，密码中的特殊字符（如 @ / : #）须做百分号编码。",
		en: "The connection string cannot be read. Write it as postgresql://user:password@host:5432/database, with special characters of the password (such as @ / : #) percent-encoded.",
	}
	hostNotAllowed = problem{
		errorType: "db_host_not_allowed", class: events.ClassUser,
		zh: "不允许连接主机 %s。请改用允许的主机，或请管理员把它加入 DP_ALLOWED_HOSTS。",
		en: "Connections to host %s are not allowed. Use a host that is, or ask the administrator to add it to DP_ALLOWED_HOSTS.",
	}
	hostUnknown = problem{
		errorType: "db_host_unknown", class: events.ClassUser,
		zh: "找不到主机 %s。请检查连接串中的主机名是否拼写正确，并且能从执行服务所在的机器解析。",
		en: "Host %s is not known. Check the spelling of the host in the connection string, and that the executor's machine can resolve it.",
	}
	connectionRefused = problem{
		errorType: "db_connection_refused", class: events.ClassDatabase,
		zh: "%s 拒绝连接。请确认 PostgreSQL 已启动、端口正确，并且监听该地址（listen_addresses）。",
		en: "%s refused the connection. Make sure that PostgreSQL runs, that the port is right and that it listens on this address (listen_addresses).",
	}
	unreachable = problem{
		errorType: "db_unreachable", class: events.ClassDatabase,
		zh: "无法连接到 %s。请检查网络与防火墙，确认执行服务能访问该地址。",
		en: "%s cannot be reached. Check network and firewalls: the executor has to reach this address.",
	}
	tlsFailed = problem{
		errorType: "db_tls", class: events.ClassUser,
		zh: "与 %s 建立 TLS 连接失败。若服务器没有启用 TLS，请在连接串中使用 sslmode=disable 或 prefer；若使用自签证书，请检查 sslmode 与证书的主机名。",
		en: "TLS with %s failed. If the server has no TLS, use sslmode=disable or prefer in the connection string; if its certificate is self-signed, check sslmode and the certificate's host name.",
	}
	authFailed = problem{
		errorType: "db_auth_failed", class: events.ClassUser,
		zh: "数据库拒绝登录：%s。请检查用户名、密码以及服务器的 pg_hba.conf。",
		en: "The database refused to log in: %s. Check the user, the password and the server's pg_hba.conf.",
	}
	unknownDatabase = problem{
		errorType: "db_unknown_database", class: events.ClassUser,
		zh: "数据库不存在：%s。请检查连接串中的数据库名。",
		en: "There is no such database: %s. Check the name of the database in the connection string.",
	}
	permissionDenied = problem{
		errorType: "db_permission_denied", class: events.ClassDatabase,
		zh: "数据库用户权限不足：%s。请授予该用户对模式的 USAGE 权限和对表的 SELECT 权限。",
		en: "The database user lacks a privilege: %s. Grant it USAGE on the schema and SELECT on the tables.",
	}
	tooManyConnections = problem{
		errorType: "db_too_many_connections", class: events.ClassDatabase,
		zh: "数据库的连接数已满。请稍后重试，或提高 max_connections。",
		en: "The database has no connection left. Try again later, or raise max_connections.",
	}
	starting = problem{
		errorType: "db_starting", class: events.ClassDatabase,
		zh: "数据库暂不接受连接：%s。请稍后重试。",
		en: "The database takes no connections at the moment: %s. Try again later.",
	}
	poolerUnsupported = problem{
		errorType: "db_pooler_unsupported", class: events.ClassUser,
		zh: "服务器不接受会话参数：%s。如果中间有 PgBouncer 之类的连接池，请改为直接连接 PostgreSQL。",
		en: "The server does not take the session's parameters: %s. If there is a pooler such as PgBouncer in between, connect to PostgreSQL itself.",
	}
	serverTooOld = problem{
		errorType: "db_server_too_old", class: events.ClassUser,
		zh: "数据库版本 %s 不受支持，需要 PostgreSQL %d 或更高版本。",
		en: "Version %s of the database is not supported; PostgreSQL %d or newer is needed.",
	}
	timeout = problem{
		errorType: "db_timeout", class: events.ClassDatabase,
		zh: "数据库没有在限定时间内回答。请在数据库空闲时重试，或提高语句的时间限制。",
		en: "The database did not answer in time. Try again when it is less busy, or raise the time limit of statements.",
	}
	lockTimeout = problem{
		errorType: "db_lock_timeout", class: events.ClassDatabase,
		zh: "表被其他会话锁定，等待超时。请在没有表结构变更时重试。",
		en: "A table stayed locked by another session. Try again when no table is being altered.",
	}
	tablesLocked = problem{
		errorType: "db_lock_timeout", class: events.ClassDatabase,
		zh: "等待超时：%s 被其他会话锁定。请等该会话的事务（如表结构变更）结束后重试，或把它从表清单中去掉。",
		en: "Another session locks %s for longer than may be waited. Try again when its transaction, such as an ALTER TABLE, has ended, or take this off the list of tables.",
	}
	readOnly = problem{
		errorType: "db_read_only", class: events.ClassUser,
		zh: "只读会话拒绝了写入操作。业务数据库只允许读取。",
		en: "The session is read-only and refused to write. Business databases are only read.",
	}
	connectionLost = problem{
		errorType: "db_connection_lost", class: events.ClassDatabase,
		zh: "与数据库的连接中断。请确认数据库仍在运行，然后重试。",
		en: "The connection to the database was lost. Make sure that the database runs, then try again.",
	}
	serverError = problem{
		errorType: "db_error", class: events.ClassDatabase,
		zh: "数据库报告错误：%s（SQLSTATE %s）。",
		en: "The database reports an error: %s (SQLSTATE %s).",
	}
)

// hostPort is an address as people read it.
func hostPort(host string, port uint16) string {
	if strings.HasPrefix(host, "/") {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}
