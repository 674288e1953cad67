/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The C library's look-ups, for the program that this is linked into.
 */
#include "fakenames.h"

#include "netclient.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

FakeNames fake_names;

static void
prepend (struct addrinfo **list, const gchar *text)
{
  struct addrinfo *item = g_new0 (struct addrinfo, 1);
  g_autoptr (GSocketAddress) address
      = g_inet_socket_address_new_from_string (text, 0);

  item->ai_addrlen = g_socket_address_get_native_size (address);
  item->ai_addr = g_malloc (item->ai_addrlen);
  item->ai_family = item->ai_addr->sa_family;
  g_socket_address_to_native (address, item->ai_addr, item->ai_addrlen, NULL);
  item->ai_family = item->ai_addr->sa_family;
  item->ai_next = *list;
  *list = item;
}

static void
hang (void)
{
  fake_names.hanging++;
  g_cond_broadcast (&fake_names.cond);
  while (!fake_names.release)
    g_cond_wait (&fake_names.cond, &fake_names.lock);
  fake_names.hanging--;
  g_cond_broadcast (&fake_names.cond);
}

/* The C library's, for this program. */
int
getaddrinfo (const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
  guint i;

  *result = NULL;
  g_mutex_lock (&fake_names.lock);
  fake_names.asked++;
  fake_names.of_one += strcmp (node, "hang.test") == 0;
  if (g_str_has_prefix (node, "hang")
      && (fake_names.healed == 0 || fake_names.asked < fake_names.healed))
    hang ();
  g_mutex_unlock (&fake_names.lock);
  if (strcmp (node, "nowhere.test") == 0)
    return EAI_NONAME;
  if (strcmp (node, "none.test") == 0)
    return 0;
  prepend (result, "127.0.0.1");
  for (i = 0; i < 200 && strcmp (node, "crowd.test") == 0; i++)
    prepend (result, "127.0.0.1");
  if (strcmp (node, "many.test") == 0) {
    prepend (result, "127.0.0.2");
    prepend (result, "::3");
    prepend (result, "::2");
  }
  if (strcmp (node, "many.test") == 0 || strcmp (node, "six.test") == 0)
    prepend (result, "::1");
  return 0;
}

void
freeaddrinfo (struct addrinfo *list)
{
  while (list != NULL) {
    struct addrinfo *next = list->ai_next;

    g_free (list->ai_addr);
    g_free (list);
    list = next;
  }
}

void
fake_names_reset (void)
{
  g_mutex_lock (&fake_names.lock);
  g_assert_cmpuint (fake_names.hanging, ==, 0);
  fake_names.asked = 0;
  fake_names.of_one = 0;
  fake_names.healed = 0;
  fake_names.release = FALSE;
  g_mutex_unlock (&fake_names.lock);
}

void
fake_names_expect_hanging (guint n)
{
  gint64 deadline = g_get_monotonic_time () + NET_WAIT * 1000;

  g_mutex_lock (&fake_names.lock);
  while (fake_names.hanging != n)
    g_assert_true (
        g_cond_wait_until (&fake_names.cond, &fake_names.lock, deadline));
  g_mutex_unlock (&fake_names.lock);
}

void
fake_names_expect_asked (guint n)
{
  gint64 deadline = g_get_monotonic_time () + NET_WAIT * 1000;

  g_mutex_lock (&fake_names.lock);
  while (fake_names.asked < n)
    g_assert_true (
        g_cond_wait_until (&fake_names.cond, &fake_names.lock, deadline));
  g_mutex_unlock (&fake_names.lock);
}

void
fake_names_release (void)
{
  g_mutex_lock (&fake_names.lock);
  fake_names.release = TRUE;
  g_cond_broadcast (&fake_names.cond);
  g_mutex_unlock (&fake_names.lock);
  fake_names_expect_hanging (0);
}
