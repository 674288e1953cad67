/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Networks are made and changed by the system's own programs.  The test's main
 * thread only.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "rtnetns.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <sys/stat.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static gint here = -1, there = -1; /* descriptors of the namespaces */
static gchar *missing;             /* why there is no such network */

static gboolean
fail (const gchar *what)
{
  missing = g_strdup_printf (
      "no network of the test's own: %s: %s", what, g_strerror (errno));
  return FALSE;
}

static gboolean
write_file (const gchar *path, const gchar *text)
{
  gint fd = open (path, O_WRONLY);
  gboolean done = fd >= 0 && write (fd, text, strlen (text)) > 0;

  if (fd >= 0)
    close (fd);
  return done;
}

/* Without the right to, as the root of a user namespace. */
static gboolean
isolate (void)
{
  guint uid = getuid (), gid = getgid ();
  g_autofree gchar *uids = g_strdup_printf ("0 %u 1", uid);
  g_autofree gchar *gids = g_strdup_printf ("0 %u 1", gid);

  if (unshare (CLONE_NEWNET | CLONE_NEWNS) == 0)
    return TRUE;
  if (unshare (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0)
    return fail ("unshare");
  write_file ("/proc/self/setgroups", "deny");
  if (!write_file ("/proc/self/uid_map", uids)
      || !write_file ("/proc/self/gid_map", gids))
    return fail ("uid_map");
  return TRUE;
}

static gboolean
find_programs (void)
{
  static const gchar *const names[] = { "ip", "nft", "tc" };
  g_autofree gchar *path
      = g_strconcat (g_getenv ("PATH"), ":/usr/sbin:/sbin", NULL);
  gsize i;

  g_setenv ("PATH", path, TRUE);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *found = g_find_program_in_path (names[i]);

    if (found == NULL) {
      missing = g_strdup_printf ("there is no program %s", names[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
try_run (const gchar *line, gchar **why)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  gint status = -1;

  if (g_spawn_command_line_sync (line, NULL, &text, &status, &error)
      && g_spawn_check_wait_status (status, NULL))
    return TRUE;
  *why = g_strdup_printf (
      "%s: %s", line, error != NULL ? error->message : g_strstrip (text));
  return FALSE;
}

static void
move_to (gint where)
{
  if (setns (where, CLONE_NEWNET) != 0)
    g_error ("setns: %s", g_strerror (errno));
}

static gboolean
set_up (gint where, const gchar *const *lines)
{
  gsize i;

  move_to (where);
  for (i = 0; lines[i] != NULL; i++)
    if (!try_run (lines[i], &missing))
      return FALSE;
  return TRUE;
}

static gboolean
lay_cables (void)
{
  static const gchar *const these[] = { "ip link set lo up",
    "ip addr add " RT_NETNS_HERE "/24 dev here0",
    "ip addr add " RT_NETNS_HERE_1 "/24 dev here1", "ip link set here0 up",
    "ip link set here1 up", "nft add table inet test",
    "nft add chain inet test in { type filter hook input priority 0 ; }",
    "nft add chain inet test out { type filter hook output priority 0 ; }",
    NULL };
  static const gchar *const those[] = { "ip link set lo up",
    "ip addr add " RT_NETNS_THERE "/24 dev there0",
    "ip addr add " RT_NETNS_THERE_1 "/24 dev there1", "ip link set there0 up",
    "ip link set there1 up", "nft add table inet test",
    "nft add chain inet test in { type filter hook input priority 0 ; }",
    "nft add chain inet test out { type filter hook output priority 0 ; }",
    NULL };
  guint i;

  for (i = 0; i < 2; i++) {
    g_autofree gchar *line = g_strdup_printf ("ip link add here%u type veth "
                                              "peer name there%u netns "
                                              "/proc/%d/fd/%d",
        i, i, getpid (), there);

    if (!try_run (line, &missing))
      return FALSE;
  }
  return set_up (there, those) && set_up (here, these);
}

gboolean
rt_netns_enter (void)
{
  if (!find_programs () || !isolate ())
    return FALSE;
  if (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    return fail ("mount");
  there = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (unshare (CLONE_NEWNET) != 0)
    return fail ("unshare");
  here = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (here < 0 || there < 0)
    return fail ("/proc/self/ns/net");
  return lay_cables ();
}

gboolean
rt_netns_require (void)
{
  if (missing != NULL)
    g_test_skip (missing);
  return missing == NULL;
}

static void
run (const gchar *format, va_list args)
{
  g_autofree gchar *line = g_strdup_vprintf (format, args);
  g_autofree gchar *why = NULL;

  if (!try_run (line, &why))
    g_error ("%s", why);
}

void
rt_netns_run_here (const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  run (format, args);
  va_end (args);
}

void
rt_netns_run_there (const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  rt_netns_go_there ();
  run (format, args);
  rt_netns_come_back ();
  va_end (args);
}

void
rt_netns_go_there (void)
{
  move_to (there);
}

void
rt_netns_come_back (void)
{
  move_to (here);
}

void
rt_netns_replace_file (const gchar *path, const gchar *text)
{
  g_autofree gchar *copy = NULL;
  g_autoptr (GError) error = NULL;
  gint fd = g_file_open_tmp ("rt-etc-XXXXXX", &copy, &error);

  if (fd < 0 || fchmod (fd, 0644) != 0
      || write (fd, text, strlen (text)) != (gssize) strlen (text)
      || mount (copy, path, NULL, MS_BIND, NULL) != 0)
    g_error (
        "%s: %s", path, error != NULL ? error->message : g_strerror (errno));
  close (fd);
  /* the mount keeps it */
  g_unlink (copy);
}
