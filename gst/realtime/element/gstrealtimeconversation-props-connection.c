/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The properties of the connection.
 */
#include "gstrealtimeconversation-props.h"
#include "gstrealtimeconversation-enumtypes.h"

const GstRealtimeProp gst_realtime_connection_props[] = {
  /**
   * GstRealtimeConversation:uri:
   *
   * Base or full URL of the server. http becomes ws and https becomes wss;
   * an empty path, a path that ends in /v1 and a trailing slash are
   * completed to the endpoint of the protocol. A user name or key in the URL
   * is refused.
   *
   * Since: 0.1
   */
  { "uri", "URI", "URL of the server: ws, wss, http or https",
      GST_REALTIME_PROP_STRING, GST_REALTIME_PROP_STATIC,
      GST_REALTIME_IN_SETTINGS (uri), "wss://api.openai.com/v1/realtime" },
  /**
   * GstRealtimeConversation:api-key:
   *
   * The key that is sent in the handshake, see
   * #GstRealtimeConversation:auth. It is never shown again. On a command
   * line it is visible to other users of the machine: prefer
   * #GstRealtimeConversation:api-key-file or the environment. When this is
   * NULL, OPENAI_API_KEY is used for hosts of openai.com,
   * AZURE_OPENAI_API_KEY for hosts of azure.com, and REALTIME_API_KEY for
   * any host.
   *
   * Since: 0.1
   */
  { "api-key", "API key", "Key for the server (write-only)",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_STATIC | GST_REALTIME_PROP_SECRET,
      GST_REALTIME_IN_SETTINGS (api_key), NULL },
  /**
   * GstRealtimeConversation:api-key-file:
   *
   * A file whose trimmed contents are the key; at most 16 KiB. It is read at
   * every attempt to connect, so that a key can be rotated. A file that
   * everybody can read is a warning.
   *
   * Since: 0.1
   */
  { "api-key-file", "API key file",
      "File that holds the key, read anew at every attempt",
      GST_REALTIME_PROP_STRING, GST_REALTIME_PROP_STATIC,
      GST_REALTIME_IN_SETTINGS (api_key_file), NULL },
  /**
   * GstRealtimeConversation:auth:
   *
   * The header that carries the key.
   *
   * Since: 0.1
   */
  { "auth", "Authentication", "How the key is sent", GST_REALTIME_PROP_ENUM,
      GST_REALTIME_PROP_STATIC, GST_REALTIME_IN_SETTINGS (auth), NULL,
      GST_REALTIME_AUTH_BEARER, 0, 0, gst_realtime_auth_get_type },
  /**
   * GstRealtimeConversation:allow-insecure-auth:
   *
   * Without this a key is sent in the clear only to this machine itself.
   *
   * Since: 0.1
   */
  { "allow-insecure-auth", "Allow insecure authentication",
      "Send the key over plain ws:// to a host that is not loopback",
      GST_REALTIME_PROP_BOOLEAN, GST_REALTIME_PROP_STATIC,
      GST_REALTIME_IN_SETTINGS (allow_insecure_auth), NULL, FALSE },
  /**
   * GstRealtimeConversation:extra-headers:
   *
   * String fields that are added to the handshake. Host, hop-by-hop headers,
   * Sec-WebSocket headers and those that tell a length are refused.
   *
   * Since: 0.1
   */
  { "extra-headers", "Extra headers",
      "More request headers for the handshake (write-only)",
      GST_REALTIME_PROP_STRUCTURE,
      GST_REALTIME_PROP_STATIC | GST_REALTIME_PROP_SECRET,
      GST_REALTIME_IN_SETTINGS (extra_headers), NULL },
  /**
   * GstRealtimeConversation:proxy:
   *
   * NULL uses the proxy that the environment names; direct:// uses none. A
   * malformed URL is an error, never a direct connection.
   *
   * Since: 0.1
   */
  { "proxy", "Proxy",
      "URL of a proxy: http, socks4, socks4a or socks5, or direct:// "
      "(write-only)",
      GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_STATIC | GST_REALTIME_PROP_SECRET,
      GST_REALTIME_IN_SETTINGS (proxy), NULL },
  /**
   * GstRealtimeConversation:tls-ca-file:
   *
   * Certificates that are trusted beside those of the system.
   *
   * Since: 0.1
   */
  { "tls-ca-file", "TLS CA file",
      "PEM file of extra trusted certificate authorities",
      GST_REALTIME_PROP_STRING, GST_REALTIME_PROP_STATIC,
      GST_REALTIME_IN_SETTINGS (tls_ca_file), NULL },
  /**
   * GstRealtimeConversation:tls-certificate:
   *
   * The certificate (chain) that is shown to a server that asks for one.
   *
   * Since: 0.1
   */
  { "tls-certificate", "TLS client certificate",
      "PEM file of a client certificate", GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_STATIC, GST_REALTIME_IN_SETTINGS (tls_certificate),
      NULL },
  /**
   * GstRealtimeConversation:tls-private-key:
   *
   * The private key of #GstRealtimeConversation:tls-certificate.
   *
   * Since: 0.1
   */
  { "tls-private-key", "TLS private key",
      "PEM file of the key of the client certificate", GST_REALTIME_PROP_STRING,
      GST_REALTIME_PROP_STATIC, GST_REALTIME_IN_SETTINGS (tls_private_key),
      NULL },
  /**
   * GstRealtimeConversation:tls-pins:
   *
   * Pins of the SubjectPublicKeyInfo of a certificate in the chain of the
   * server. They are checked before a byte of the request is sent.
   *
   * Since: 0.1
   */
  { "tls-pins", "TLS pins",
      "Comma-separated base64 SHA-256 pins of public keys, one of which must "
      "match",
      GST_REALTIME_PROP_STRING, GST_REALTIME_PROP_STATIC,
      GST_REALTIME_IN_SETTINGS (tls_pins), NULL },
  /**
   * GstRealtimeConversation:connect-timeout:
   *
   * In milliseconds; look-up, connection, TLS, handshake and the first event
   * of the session included.
   *
   * Since: 0.1
   */
  { "connect-timeout", "Connect timeout",
      "Time until the session must be ready (ms)", GST_REALTIME_PROP_UINT,
      GST_REALTIME_PROP_STATIC, GST_REALTIME_IN_SETTINGS (connect_timeout),
      NULL, 10000, 1, G_MAXUINT },
  /**
   * GstRealtimeConversation:keepalive-interval:
   *
   * In milliseconds. A server from which nothing at all came for three
   * intervals is taken for gone.
   *
   * Since: 0.1
   */
  { "keepalive-interval", "Keepalive interval",
      "Time between pings (ms), 0: off", GST_REALTIME_PROP_UINT,
      GST_REALTIME_PROP_STATIC, GST_REALTIME_IN_SETTINGS (keepalive_interval),
      NULL, 5000, 0, G_MAXUINT },
  /**
   * GstRealtimeConversation:reconnect:
   *
   * What a server refuses for good (a key, a model, a quota) is not asked for
   * again.
   *
   * Since: 0.1
   */
  { "reconnect", "Reconnect", "Reconnect after a lost connection",
      GST_REALTIME_PROP_BOOLEAN, 0, GST_REALTIME_IN_SETTINGS (reconnect), NULL,
      TRUE },
  /**
   * GstRealtimeConversation:reconnect-attempts:
   *
   * In a row. They are counted anew only after a session in which a reply was
   * completed or the user was understood.
   *
   * Since: 0.1
   */
  { "reconnect-attempts", "Reconnect attempts",
      "How often to try to reconnect, -1: without end", GST_REALTIME_PROP_INT,
      0, GST_REALTIME_IN_SETTINGS (reconnect_attempts), NULL, 10, -1,
      G_MAXINT },
  /**
   * GstRealtimeConversation:reconnect-delay:
   *
   * In milliseconds; doubled with each further attempt, and shortened by up to
   * a half at random. What a server asks for (Retry-After) is honoured.
   *
   * Since: 0.1
   */
  { "reconnect-delay", "Reconnect delay",
      "Time before the first attempt to reconnect (ms)", GST_REALTIME_PROP_UINT,
      0, GST_REALTIME_IN_SETTINGS (reconnect_delay), NULL, 500, 0, G_MAXINT },
  /**
   * GstRealtimeConversation:reconnect-max-delay:
   *
   * In milliseconds.
   *
   * Since: 0.1
   */
  { "reconnect-max-delay", "Reconnect maximum delay",
      "The longest time between two attempts (ms)", GST_REALTIME_PROP_UINT, 0,
      GST_REALTIME_IN_SETTINGS (reconnect_max_delay), NULL, 30000, 0,
      G_MAXINT },
  /**
   * GstRealtimeConversation:restore-history:
   *
   * The newest 64 KiB in at most 128 texts; of what was interrupted only what
   * was heard. Handoffs and function calls that are open are told in any case.
   *
   * Since: 0.1
   */
  { "restore-history", "Restore history",
      "Replay the conversation as text into a new session",
      GST_REALTIME_PROP_BOOLEAN, 0, GST_REALTIME_IN_SETTINGS (restore_history),
      NULL, TRUE },
  /**
   * GstRealtimeConversation:max-session-duration:
   *
   * In seconds. The next session is opened while this one still serves, and
   * takes over between two turns.
   *
   * Since: 0.1
   */
  { "max-session-duration", "Maximum session duration",
      "Renew the session before this age (s), 0: two minutes before the "
      "server ends it",
      GST_REALTIME_PROP_UINT, 0,
      GST_REALTIME_IN_SETTINGS (max_session_duration), NULL, 0, 0, G_MAXINT },
  /**
   * GstRealtimeConversation:protocol:
   *
   * What the server speaks.
   *
   * Since: 0.1
   */
  { "protocol", "Protocol", "Wire dialect", GST_REALTIME_PROP_ENUM,
      GST_REALTIME_PROP_STATIC, GST_REALTIME_IN_SETTINGS (protocol), NULL,
      GST_REALTIME_PROTOCOL_REALTIME_V2, 0, 0, gst_realtime_protocol_get_type },
  { NULL },
};
