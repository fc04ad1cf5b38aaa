package diagnose

import (
	"time"

	"github.com/smtpcheck/smtpcheck/smtp"
)

var atAuth = []smtp.Stage{smtp.StageAuth}

// authRows are replies to AUTH, of services and of the libraries behind mail servers.
var authRows = []Row{
	{
		ID: "gmail/app-password", Stages: atAuth, Words: []string{"application-specific password required"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Link:    "https://support.google.com/accounts/answer/185833",
		Explain: "The account has two-step verification, so that its own password does not open SMTP.",
		Remedy:  "Make an app password (https://myaccount.google.com/apppasswords) and use that, or OAuth (--auth-token-command).",
		Example: "534-5.7.9 Application-specific password required. For more information, go to\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor a1si - gsmtp", ExampleStage: "auth",
	},
	{
		ID: "gmail/web-login", Stages: atAuth, Words: []string{"please log in via your web browser", "web login required", "please log in with your web browser"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Gmail",
		Link:    "https://support.google.com/mail/answer/7126229",
		Explain: "Google finds the login suspicious and wants the owner of the account to log in with a browser first.",
		Remedy:  "Log in with a browser, confirm the activity, then use an app password or OAuth.",
		Example: "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1&scc=1> Please log in\n534-5.7.14 via your web browser and then try again. Learn more at\n534 5.7.14  https://support.google.com/mail/?p=WebLoginRequired b2si - gsmtp", ExampleStage: "auth",
	},
	{
		ID: "gmail/too-many-logins", Stages: atAuth, Words: []string{"too many login attempts"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Hour, Source: "Gmail",
		Link:    "https://support.google.com/mail/answer/7126229",
		Explain: "The account, or this address, has tried to log in too often.", Remedy: "Wait an hour; keep connections open for several messages instead of logging in for each.",
		Example: "454 4.7.0 Too many login attempts, please try again later. c3si - gsmtp", ExampleStage: "auth",
	},
	{
		ID: "microsoft/basic-auth", Stages: atAuth, Words: []string{"basic authentication is disabled"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Link:    "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
		Explain: "Microsoft takes no user name and password here, right or wrong: only OAuth.",
		Remedy:  "Use OAuth: --auth-mech XOAUTH2 with --auth-token-command; or a connector of the organisation that knows the sending address.",
		Example: "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [BM1P287CA0015.INDP287.PROD.OUTLOOK.COM]", ExampleStage: "auth",
	},
	{
		ID: "microsoft/smtp-auth-disabled", Stages: atAuth, Words: []string{"smtpclientauthentication is disabled"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Link:    "https://aka.ms/smtp_auth_disabled",
		Explain: "SMTP AUTH is switched off for the mailbox or for the whole organisation; the credentials were not judged.",
		Remedy:  "An administrator can switch it on for the one mailbox (https://aka.ms/smtp_auth_disabled).",
		Example: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [MN2PR05CA0004.namprd05.prod.outlook.com]", ExampleStage: "auth",
	},
	{
		ID: "microsoft/account-policy", Stages: atAuth, Words: []string{"locked by your organization's security defaults policy", "did not meet the criteria to be authenticated successfully", "account is locked"},
		Reason: Policy, Side: SideUs, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Link:    "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
		Explain: "A policy of the organisation (security defaults, conditional access, a lock) does not let this account log in over SMTP.",
		Remedy:  "Ask the administrator of the organisation; the sign-in log of Microsoft Entra names the policy.",
		Example: "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator. [AM0PR01CA0124.eurprd01.prod.exchangelabs.com]", ExampleStage: "auth",
	},
	{
		ID: "microsoft/wrong-credentials", Stages: atAuth, Words: []string{"the user credentials were incorrect"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Microsoft 365",
		Link:    "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
		Explain: "The user name or the password is wrong, or the account wants a second factor.", Remedy: "Check user name (the whole address) and password; better use OAuth.",
		Example: "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [AM0PR01CA0124.eurprd01.prod.exchangelabs.com]", ExampleStage: "auth",
	},
	{
		ID: "sendgrid/grant", Stages: atAuth, Words: []string{"the provided authorization grant is invalid", "bad username / password"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "SendGrid",
		Link:    "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/smtp-errors-and-troubleshooting",
		Explain: "SendGrid does not know the API key: it is mistyped, revoked, or may not send mail.",
		Remedy:  "The user name is the word apikey, the password an API key with the right \"Mail Send\".",
		Example: "535 Authentication failed: The provided authorization grant is invalid, expired, or revoked", ExampleStage: "auth",
	},
	{
		ID: "sendgrid/credits", Stages: atAuth, Words: []string{"maximum credits exceeded"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryAfterFix, Source: "SendGrid",
		Link:    "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/smtp-errors-and-troubleshooting",
		Explain: "The account has sent as much as its plan allows.", Remedy: "Wait for the next period, or take a larger plan.",
		Example: "451 Authentication failed: Maximum credits exceeded", ExampleStage: "auth",
	},
	{
		ID: "mailgun/credentials", Stages: atAuth, Words: []string{"mailgun is not loving your login or password"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Mailgun",
		Link:    "https://help.mailgun.com/hc/en-us/sections/200334234",
		Explain: "Mailgun does not know the SMTP user or its password.",
		Remedy:  "Use an SMTP user of the domain (such as postmaster@ and the domain) with its own password, not the API key, and the host of the domain's region (smtp.eu.mailgun.org).",
		Example: "535 5.7.0 Mailgun is not loving your login or password", ExampleStage: "auth",
	},
	{
		ID: "ses/credentials", Stages: atAuth, Codes: "535", Words: []string{"^authentication credentials invalid$"},
		Reason: AuthRequired, Confidence: Likely, Retry: RetryAfterFix, Source: "Amazon SES",
		Link:    "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html",
		Explain: "The SMTP user name or password is wrong. Those of SES are not an AWS access key, and are of one region.",
		Remedy:  "Make SMTP credentials in the SES console for the region of the host, and use those.",
		Example: "535 Authentication Credentials Invalid", ExampleStage: "auth",
	},
	{
		ID: "ses/throttled", Stages: atAuth, Codes: "4", Words: []string{"throttling failure"},
		Reason: RateLimited, Confidence: Certain, Retry: RetryLater, RetryAfter: time.Minute, Source: "Amazon SES",
		Link:    "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html",
		Explain: "More is sent in a second, or in a day, than the account may.", Remedy: "Send more slowly, or ask for a higher limit.",
		Example: "454 Throttling failure: Maximum sending rate exceeded.", ExampleStage: "auth",
	},
	{
		ID: "auth/password-expired", Codes: "535 534 525 454 530 432", Stages: atAuth, Words: []string{"password expired", "password has expired", "passphrase expired", "password must be changed", "passphrase must be changed", "credentials have expired"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Dovecot, Cyrus SASL",
		Explain: "The password has expired.", Remedy: "Change the password in the way that the service has for it.",
		Example: "535 5.7.8 Password expired", ExampleStage: "auth",
	},
	{
		ID: "auth/account-disabled", Codes: "535 534 525 454 530", Stages: atAuth, Words: []string{"user is disabled", "user account disabled", "account disabled", "account is disabled", "login disabled", "user disabled"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Dovecot, Cyrus SASL",
		Explain: "The account that logs in is disabled.", Remedy: "Ask the administrator of the account.",
		Example: "535 5.7.8 User account disabled", ExampleStage: "auth",
	},
	{
		ID: "cyrus/no-mechanism", Stages: atAuth, Words: []string{"authentication failed: no mechanism available", "invalid authentication mechanism"},
		Reason: AuthRequired, Side: SideReceiver, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix with Cyrus SASL or Dovecot",
		Explain: "The server's SASL library does not have the mechanism that EHLO listed, or not with the limits set for it.",
		Remedy:  "Use another mechanism (--auth-mech). On the server: install its plug-in, and compare mech_list with smtpd_sasl_security_options.",
		Example: "535 5.7.8 Error: authentication failed: no mechanism available", ExampleStage: "auth",
	},
	{
		ID: "cyrus/encryption-needed", Stages: atAuth, Words: []string{"encryption needed to use mechanism"},
		Reason: TLSRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Cyrus SASL",
		Explain: "The mechanism wants the connection to be encrypted.", Remedy: "Use STARTTLS, or a port with implicit TLS.",
		Example: "535 5.7.8 Error: authentication failed: encryption needed to use mechanism", ExampleStage: "auth",
	},
	{
		ID: "cyrus/generic-failure", Stages: atAuth, Words: []string{"authentication failed: generic failure", "authentication failed: bad protocol", "authentication failed: internal error"},
		Reason: ServerError, Confidence: Likely, Retry: RetryAfterFix, Source: "Cyrus SASL",
		Explain: "The server's SASL library failed before it judged the credentials: its database cannot be read, or saslauthd is not running.",
		Remedy:  "Look into the server's mail log, which names the cause; check saslauthd and the permissions of its socket.",
		Example: "535 5.7.8 Error: authentication failed: generic failure", ExampleStage: "auth",
	},
	{
		ID: "postfix/sasl-down", Stages: atAuth, Codes: "4", Words: []string{"connection lost to authentication server", "connection to authentication server"},
		Reason: ServerError, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Postfix",
		Link:    "https://www.postfix.org/SASL_README.html",
		Explain: "Postfix lost its authentication service (Dovecot): nothing was judged.", Remedy: "Try again later. On the server: see that Dovecot runs and that Postfix may use its socket.",
		Example: "454 4.7.0 Temporary authentication failure: Connection lost to authentication server", ExampleStage: "auth",
	},
	{
		ID: "postfix/auth-not-enabled", Stages: atAuth, Words: []string{"authentication not enabled"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Postfix",
		Explain: "AUTH is not switched on for this port, or not without TLS.", Remedy: "Use the port for submission (587 or 465), with TLS.",
		Example: "503 5.5.1 Error: authentication not enabled", ExampleStage: "auth",
	},
	{
		ID: "dovecot/temporary", Stages: atAuth, Codes: "4", Words: []string{"^temporary authentication failure"},
		Reason: ServerError, Confidence: Likely, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Dovecot",
		Explain: "The server could not look the user up for now; nothing was judged.", Remedy: "Try again later; the server's log has the reason.",
		Example: "454 4.7.0 Temporary authentication failure. [mail.example.com:2026-11-22 11:39:49]", ExampleStage: "auth",
	},
	{
		ID: "dovecot/credentials", Stages: atAuth, Codes: "535", Words: []string{"^authentication failed", "^[authenticationfailed] authentication failed"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Dovecot",
		Explain: "The user name or the password is wrong.", Remedy: "Check user name (often the whole address) and password.",
		Example: "535 5.7.8 Authentication failed.", ExampleStage: "auth",
	},
	{
		ID: "exim/auth-not-advertised", Stages: atAuth, Words: []string{"auth command used when not advertised"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The server offers AUTH only in certain cases, most often with TLS.", Remedy: "Use TLS, on the port for submission.",
		Example: "503 AUTH command used when not advertised", ExampleStage: "auth",
	},
	{
		ID: "exim/auth-mechanism", Stages: atAuth, Words: []string{"authentication mechanism not supported"},
		Reason: AuthRequired, Confidence: Certain, Retry: RetryAfterFix, Source: "Exim",
		Explain: "The server does not have this mechanism of AUTH, or not for this client.", Remedy: "Use a mechanism that its EHLO reply lists (--auth-mech).",
		Example: "504 CRAM-MD5 authentication mechanism not supported", ExampleStage: "auth",
	},
	{
		ID: "exim/auth-later", Stages: atAuth, Codes: "4", Words: []string{"unable to authenticate at present"},
		Reason: ServerError, Confidence: Certain, Retry: RetryLater, RetryAfter: 15 * time.Minute, Source: "Exim",
		Explain: "A lookup of the server failed; nothing was judged.", Remedy: "Try again later; the server's log has the reason.",
		Example: "435 Unable to authenticate at present", ExampleStage: "auth",
	},
}
