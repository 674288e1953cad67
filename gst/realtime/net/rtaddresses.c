/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A list of addresses as a GSocketConnectable.  Any thread; never blocks.
 */
#include "rtaddresses.h"

struct _RtAddresses {
  GObject parent;

  GPtrArray *list; /* of GSocketAddress, in the order of trying */
};

static void rt_addresses_connectable (GSocketConnectableIface *iface);

G_DEFINE_TYPE_WITH_CODE (RtAddresses, rt_addresses, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (G_TYPE_SOCKET_CONNECTABLE, rt_addresses_connectable))

#define RT_TYPE_ADDRESS_WALK (rt_address_walk_get_type ())
G_DECLARE_FINAL_TYPE (
    RtAddressWalk, rt_address_walk, RT, ADDRESS_WALK, GSocketAddressEnumerator)

struct _RtAddressWalk {
  GSocketAddressEnumerator parent;

  GPtrArray *list;
  guint at;
};

G_DEFINE_TYPE (RtAddressWalk, rt_address_walk, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

static GSocketAddress *
walk_next (GSocketAddressEnumerator *enumerator, GCancellable *cancellable,
    GError **error)
{
  RtAddressWalk *self = RT_ADDRESS_WALK (enumerator);

  if (self->at == self->list->len)
    return NULL;
  return g_object_ref (g_ptr_array_index (self->list, self->at++));
}

static void
rt_address_walk_finalize (GObject *object)
{
  g_ptr_array_unref (RT_ADDRESS_WALK (object)->list);
  G_OBJECT_CLASS (rt_address_walk_parent_class)->finalize (object);
}

static void
rt_address_walk_class_init (RtAddressWalkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_address_walk_finalize;
  G_SOCKET_ADDRESS_ENUMERATOR_CLASS (klass)->next = walk_next;
}

static void
rt_address_walk_init (RtAddressWalk *self)
{
}

static GSocketAddressEnumerator *
addresses_enumerate (GSocketConnectable *connectable)
{
  RtAddressWalk *walk = g_object_new (RT_TYPE_ADDRESS_WALK, NULL);

  walk->list = g_ptr_array_ref (RT_ADDRESSES (connectable)->list);
  return G_SOCKET_ADDRESS_ENUMERATOR (walk);
}

static gchar *
addresses_to_string (GSocketConnectable *connectable)
{
  GPtrArray *list = RT_ADDRESSES (connectable)->list;

  return g_socket_connectable_to_string (g_ptr_array_index (list, 0));
}

static void
rt_addresses_connectable (GSocketConnectableIface *iface)
{
  iface->enumerate = addresses_enumerate;
  iface->to_string = addresses_to_string;
}

static void
rt_addresses_finalize (GObject *object)
{
  g_ptr_array_unref (RT_ADDRESSES (object)->list);
  G_OBJECT_CLASS (rt_addresses_parent_class)->finalize (object);
}

static void
rt_addresses_class_init (RtAddressesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_addresses_finalize;
}

static void
rt_addresses_init (RtAddresses *self)
{
  self->list = g_ptr_array_new_with_free_func (g_object_unref);
}

static GSocketAddress *
with_port (GInetSocketAddress *address, guint16 port)
{
  GInetAddress *ip = g_inet_socket_address_get_address (address);
  guint32 scope = 0;

  if (g_inet_address_get_family (ip) == G_SOCKET_FAMILY_IPV6)
    scope = g_inet_socket_address_get_scope_id (address);
  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", ip, "port",
      (guint) port, "scope-id", scope, NULL);
}

static gboolean
is_of (GPtrArray *list, guint at, GSocketFamily family, gboolean wanted)
{
  return (g_socket_address_get_family (g_ptr_array_index (list, at)) == family)
         == wanted;
}

GSocketConnectable *
rt_addresses_new (GPtrArray *list, guint16 port)
{
  RtAddresses *self = g_object_new (RT_TYPE_ADDRESSES, NULL);
  GSocketFamily first
      = g_socket_address_get_family (g_ptr_array_index (list, 0));
  guint at[2] = { 0, 0 }; /* of the other family, of the first */
  gboolean turn = TRUE;

  while (self->list->len < list->len) {
    guint *i = &at[turn];

    while (*i < list->len && !is_of (list, *i, first, turn))
      (*i)++;
    if (*i < list->len)
      g_ptr_array_add (
          self->list, with_port (g_ptr_array_index (list, (*i)++), port));
    turn = !turn;
  }
  return G_SOCKET_CONNECTABLE (self);
}
