/* engine/model/hosts.h - host names and addresses as inventories and scanners write them. */
#ifndef AUD_MODEL_HOSTS_H
#define AUD_MODEL_HOSTS_H

#include "engine/base/memory.h"

/* An IPv4 or IPv6 address in text, without brackets, port or zone. */
bool aud_is_ip(aud_str text);
/* Letters, digits, '.', '-', '_', ':' and '*', at most 253: what may stand for a host. */
bool aud_is_host(aud_str text);
/* Lower case, without the final dot; brackets of an IPv6 address removed. */
AUD_NODISCARD aud_status aud_host_fold(aud_str host, aud_arena *arena, aud_str *out,
                                       aud_error *err);
/* "host:443", "[::1]:443"; with STARTTLS "host:25/smtp". */
AUD_NODISCARD aud_status aud_host_identity(aud_str host, uint16_t port, aud_str starttls,
                                           aud_arena *arena, aud_str *out, aud_error *err);
/* "host:443", "[::1]:443", ":443" (no host), "host" (port 0); false if it is none of these. */
bool aud_host_port_split(aud_str text, aud_str *out_host, uint16_t *out_port);
/* 1 to 65535. */
bool aud_port_parse(aud_str text, uint16_t *out);

#endif
