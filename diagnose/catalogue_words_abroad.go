package diagnose

import "time"

// abroadWordRows are the words that servers have in other languages than English,
// written in lower case and without accents, as texts are when they are matched.
var abroadWordRows = []Row{
	{
		ID: "abroad/auth-required", Words: []string{"authentification requise", "authentification necessaire", "authentifizierung erforderlich", "anmeldung erforderlich", "nicht angemeldet", "nicht authentifiziert", "autenticacion requerida", "autenticacion necesaria", "requiere autenticacion", "autenticazione richiesta", "autenticacao necessaria", "autenticacao requerida", "requer autenticacao", "verificatie vereist", "wymagane uwierzytelnienie", "wymagana autoryzacja", "wymagane logowanie", "требуется авторизация", "требуется аутентификация", "необходима авторизация", "необходима аутентификация", "ошибка аутентификации", "неверный пароль", "需要认证", "需要身份验证", "身份验证失败", "认证失败", "認証が必要", "認証に失敗", "認証エラー", "overeni vyzadovano", "kimlik dogrulama"},
		Reason: AuthRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "530 5.7.0 Authentification requise", ExampleStage: "mail",
	},
	{
		ID: "abroad/rate", Words: []string{"zu viele", "zu haufig*", "zu haeufig*", "trop de", "trop nombreu*", "demasiad*", "muitas", "muitos", "troppe", "troppi", "te veel", "zbyt wiele", "zbyt duzo", "zbyt czesto", "prilis mnoho", "слишком много", "слишком часто", "превышен лимит", "превышено количество", "лимит", "太频繁", "过于频繁", "频率", "太多", "过多", "次数超", "頻繁", "多すぎ", "上限", "制限"},
		Reason: RateLimited, Confidence: Likely, RetryAfter: 30 * time.Minute, Source: "many servers",
		Example: "421 4.7.0 Zu viele Verbindungen von dieser Adresse", ExampleStage: "greeting",
	},
	{
		ID: "abroad/relay", Words: []string{"weiterleitung", "relais", "relayage", "reenvio", "inoltro", "retransmis*", "doorsturen", "przekazywanie", "релей", "пересылк", "ретрансляц", "中继", "转发", "中継"},
		With:   []string{"verboten", "nicht erlaubt", "nicht gestattet", "verweigert", "refuse*", "interdit*", "non autorise", "pas autorise", "no permitid*", "denegad*", "prohibid*", "non consentit*", "non permess*", "negat*", "vietat*", "nao permitid*", "negad*", "proibid*", "niet toegestaan", "geweigerd", "niedozwolon*", "zabronion*", "odmow*", "запрещен", "не разрешен", "отказ", "拒绝", "不允许", "禁止", "拒否", "許可"},
		Reason: RelayDenied, Confidence: Likely, Retry: RetryAfterFix, Source: "many servers",
		Example: "554 5.7.1 Пересылка почты запрещена", ExampleStage: "rcpt",
	},
	{
		ID: "abroad/mailbox-full", Words: []string{"postfach", "mailbox", "mailbox*", "konto", "empfanger*", "empfaenger*", "benutzer*", "boite", "boite aux lettres", "messagerie", "destinataire", "compte", "quota", "buzon", "casilla", "bandeja", "cuenta", "usuario", "casella", "mailbox del", "caixa", "caixa postal", "conta", "postvak", "brievenbus", "skrzynk*", "schrank*", "postafiok", "innboks", "postkasse", "inkorg", "brevlada", "postilaatikko", "posta kutusu", "hop thu", "ящик", "почтовый", "места", "квота", "用户", "邮箱", "信箱", "收件人", "帐户", "账户", "容量", "空间", "メールボックス", "受信", "사서함", "메일함", "편지함", "kontingent*", "speicherplatz", "espacio", "spazio", "espaco"},
		With:   []string{"voll", "uberfull*", "ueberfull*", "uberschritten", "ueberschritten", "erschopft", "erschoepft", "ausgeschopft", "kein platz", "kein speicherplatz", "pleine", "plein", "saturee", "sature", "depasse*", "atteint", "llena", "lleno", "excedid*", "superad*", "agotad*", "sin espacio", "piena", "pieno", "superat*", "esaurit*", "cheia", "cheio", "lotada", "lotado", "esgotad*", "ultrapassad*", "vol", "overschreden", "pelna", "przepelnion*", "przekroczon*", "zapelnion*", "plna", "prekrocen*", "megtelt", "full", "fullt", "taynna", "dolu", "asildi", "day", "переполн", "превыш", "заполнен", "исчерпан", "нет свободного", "已满", "超出", "超过", "满了", "不足", "已超", "溢れ", "いっぱい", "超過", "超えて", "一杯", "満", "가득", "초과"},
		Reason: MailboxFull, Confidence: Likely, RetryAfter: time.Hour, Source: "many servers",
		Example: "552 5.2.2 Das Postfach des Empfängers ist voll", ExampleStage: "rcpt",
	},
	{
		ID: "abroad/no-such-user", Words: []string{"benutzer*", "empfanger*", "empfaenger*", "adresse", "adressat*", "postfach", "konto", "mailadresse", "emailadresse", "mail-adresse", "teilnehmer", "utilisateur", "destinataire*", "boite", "compte", "usuario", "usuaria", "destinatari*", "buzon", "casilla", "cuenta", "direccion", "correo", "utente", "casella", "indirizzo", "account", "caixa", "conta", "endereco", "gebruiker*", "ontvanger*", "adres", "postvak", "uzytkownik*", "odbiorc*", "skrzynk*", "konta", "uzivatel*", "prijemce", "adresat*", "schrank*", "felhasznalo", "cimzett", "postafiok", "anvandar*", "mottagar*", "modtager*", "bruger*", "bruker*", "adressen", "vastaanottaja*", "kayttaja*", "kullanici", "alici", "adresi", "пользовател*", "получател*", "адрес*", "ящик*", "абонент", "учетн*запис", "用户", "邮箱", "收件人", "地址", "帐号", "账号", "帐户", "账户", "信箱", "收信人", "ユーザ", "受信者", "宛先", "アドレス", "メールボックス", "사용자", "수신자", "받는", "주소", "계정"},
		With:   []string{"unbekannt*", "existiert nicht", "existiert leider", "gibt es nicht", "nicht gefunden", "nicht vorhanden", "nicht bekannt", "nicht zustellbar", "nicht mehr", "ungultig*", "ungueltig*", "unzustellbar", "falsch", "inconnu*", "n'existe pas", "n existe pas", "n'existe plus", "inexistant*", "invalide*", "introuvable", "erronee", "incorrecte", "no existe", "inexistente", "desconocid*", "no encontrad*", "no valid*", "inval*", "incorrect*", "non esiste", "sconosciut*", "inesistente", "non valid*", "non trovat*", "errat*", "nao existe", "desconhecid*", "nao encontrad*", "nao foi encontrad*", "invalid*", "onbekend*", "bestaat niet", "niet gevonden", "ongeldig*", "nie istnieje", "nieznan*", "nie znaleziono", "nieprawidlow*", "niepoprawn*", "neexistuje", "neznam*", "nenalezen*", "neplatn*", "nem letezik", "ismeretlen", "finns inte", "okand*", "hittades inte", "findes ikke", "ukendt*", "eksisterer ikke", "finnes ikke", "ukjent", "tuntematon", "ei ole olemassa", "ei loydy", "mevcut degil", "bulunamadi", "gecersiz", "yok", "не существует", "не найден", "неизвест", "неверн", "недействит", "нет такого", "отсутству", "не зарегистрирован", "несуществ", "удален", "некоррект", "недоступен", "не обслуж", "不存在", "未找到", "没有找到", "无此", "没有此", "查无", "找不到", "无效", "错误", "已删除", "存在しません", "見つかりません", "不明", "ありません", "無効なアドレス", "存在しない", "존재하지", "없습니다", "없는", "찾을 수"},
		Reason: NoSuchUser, Confidence: Likely, Source: "many servers",
		Example: "550 5.1.1 Почтовый ящик пользователя не существует", ExampleStage: "rcpt",
	},
	{
		ID: "abroad/mailbox-disabled", Words: []string{"benutzer*", "postfach", "konto", "empfanger*", "empfaenger*", "mailbox", "compte", "boite", "utilisateur", "destinataire", "cuenta", "buzon", "usuario", "casella", "utente", "account", "caixa", "conta", "gebruiker*", "postvak", "skrzynk*", "konto", "uzytkownik*", "schrank*", "uzivatel*", "hesap", "пользовател*", "ящик*", "получател*", "учетн*запис", "аккаунт", "用户", "邮箱", "收件人", "帐号", "账号", "帐户", "账户", "信箱", "アカウント", "ユーザ", "メールボックス", "계정", "사용자"},
		With:   []string{"gesperrt", "deaktiviert", "stillgelegt", "geschlossen", "abgeschaltet", "geloscht", "geloescht", "inaktiv", "desactiv*", "suspendu*", "bloque*", "ferme*", "inactif", "inactive", "resilie*", "desactivad*", "suspendid*", "bloquead*", "inactiv*", "cerrad*", "disattivat*", "sospes*", "bloccat*", "disabilitat*", "inattiv*", "chius*", "desativad*", "suspens*", "inativ*", "encerrad*", "geblokkeerd", "uitgeschakeld", "gedeactiveerd", "afgesloten", "zablokowan*", "nieaktywn*", "zawieszon*", "wylaczon*", "usuniet*", "blokovan*", "deaktivov*", "zrusen*", "devre disi", "заблокирован", "отключен", "неактив", "приостановлен", "закрыт", "停用", "禁用", "冻结", "锁定", "注销", "已关闭", "被锁", "無効", "停止", "ロック", "利用できません", "정지", "비활성"},
		Reason: MailboxDisabled, Confidence: Likely, Source: "many servers",
		Example: "550 5.2.1 Das Konto ist gesperrt", ExampleStage: "rcpt",
	},
	{
		ID: "abroad/refused", Words: []string{"abgelehnt", "verweigert", "nicht angenommen", "zuruckgewiesen", "zurueckgewiesen", "blockiert", "gesperrt", "nicht erlaubt", "nicht gestattet", "untersagt", "refuse", "refusee", "rejete", "rejetee", "rejetes", "interdit", "interdite", "bloque", "bloquee", "non autorise", "rechazad*", "denegad*", "prohibid*", "no permitid*", "bloquead*", "rifiutat*", "respint*", "negat*", "non consentit*", "bloccat*", "rejeitad*", "recusad*", "negad*", "proibid*", "nao permitid*", "geweigerd", "niet toegestaan", "geblokkeerd", "odrzucon*", "odmowa", "zablokowan*", "niedozwolon*", "odmitnut*", "zamitnut*", "reddedildi", "avvisat", "avvist", "afvist", "отклонен", "отказано", "запрещен", "заблокирован", "не принят", "拒绝", "拒收", "被拒", "禁止", "屏蔽", "拒否", "거부", "차단"},
		Reason: Policy, Confidence: Guess, Source: "many servers",
		Example: "550 5.7.1 Die Annahme dieser Nachricht wird verweigert", ExampleStage: "message",
	},
}
