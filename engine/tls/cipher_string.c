/* engine/tls/cipher_string.c - OpenSSL's cipher language over the program's own table of suites. */
#include "engine/tls/cipher_string.h"

#include "engine/tls/cipher_words.h"

#include <stdlib.h>

typedef enum rule {
    RULE_ADD,   /* append what is not in the list */
    RULE_ORDER, /* move what is in the list to its end */
    RULE_BUMP,  /* move what is in the list to its beginning */
    RULE_DROP,  /* take out; may come back */
    RULE_KILL,  /* take out for good */
} rule;

enum { NONE = -1, ANY_STRENGTH = -1, NUM_LEVELS = 6 };

/* A suite in the list of all, which is ordered whether or not its members are chosen. */
typedef struct link {
    const aud_suite *suite;
    aud_cipher_traits traits;
    int prev, next; /* NONE at the ends */
    bool chosen, killed, named;
} link;

typedef struct chain {
    link *links;
    size_t num;
    int head, tail;
} chain;

typedef struct pattern {
    aud_cipher_bits bits;
    const aud_suite *suite; /* one suite by its name, or NULL */
    int strength_bits;      /* ANY_STRENGTH, or just these; the rest counts no more then */
    bool reaches_old;       /* adds what OpenSSL 3 has no more: it is named, or nothing else is */
    bool names;             /* says more than ALL or kRSA: whoever wrote it wants just these */
} pattern;

/* --- the list --------------------------------------------------------------------------------- */

static void unlink_one(chain *c, int at)
{
    link *l = &c->links[at];

    if (l->prev == NONE) {
        c->head = l->next;
    } else {
        c->links[l->prev].next = l->next;
    }
    if (l->next == NONE) {
        c->tail = l->prev;
    } else {
        c->links[l->next].prev = l->prev;
    }
    l->prev = l->next = NONE;
}

static void link_last(chain *c, int at)
{
    unlink_one(c, at);
    c->links[at].prev = c->tail;
    if (c->tail == NONE) {
        c->head = at;
    } else {
        c->links[c->tail].next = at;
    }
    c->tail = at;
}

static void link_first(chain *c, int at)
{
    unlink_one(c, at);
    c->links[at].next = c->head;
    if (c->head == NONE) {
        c->tail = at;
    } else {
        c->links[c->head].prev = at;
    }
    c->head = at;
}

static bool fits(uint32_t asked, uint32_t has)
{
    return asked == 0 || (asked & has) != 0;
}

static bool matches(const pattern *p, const link *l)
{
    const aud_cipher_bits *a = &p->bits, *b = &l->traits.bits;

    if (p->strength_bits != ANY_STRENGTH) {
        return l->traits.strength_bits == p->strength_bits;
    }
    if (p->suite != NULL && p->suite != l->suite) {
        return false;
    }
    return fits(a->standing, b->standing) && fits(a->kx, b->kx) && fits(a->auth, b->auth) &&
           fits(a->encryption, b->encryption) && fits(a->mac, b->mac) &&
           fits(a->oldest, b->oldest) && fits(a->strength, b->strength);
}

/* Those taken out and those bumped are visited from the end, so that their order stays. */
static void apply(chain *c, const pattern *p, rule r)
{
    const bool backwards = r == RULE_DROP || r == RULE_BUMP;
    const int last = backwards ? c->head : c->tail;
    int at = backwards ? c->tail : c->head, next;

    for (bool more = at != NONE; more; at = next) {
        link *l = &c->links[at];

        next = backwards ? l->prev : l->next;
        more = at != last && next != NONE;
        if (!matches(p, l)) {
            continue;
        }
        switch (r) {
        case RULE_ADD:
            l->named = l->named || p->names;
            if (!l->chosen && (l->traits.ranked || p->reaches_old)) {
                link_last(c, at);
                l->chosen = true;
            }
            break;
        case RULE_ORDER:
            if (l->chosen) {
                link_last(c, at);
            }
            break;
        case RULE_BUMP:
            if (l->chosen) {
                link_first(c, at);
            }
            break;
        case RULE_DROP:
            if (l->chosen) {
                link_first(c, at);
                l->chosen = false;
            }
            break;
        case RULE_KILL:
            unlink_one(c, at);
            l->chosen = false;
            l->killed = true;
            break;
        }
    }
}

static void apply_bits(chain *c, const aud_cipher_bits *bits, rule r)
{
    const pattern p = {.bits = *bits, .strength_bits = ANY_STRENGTH};

    apply(c, &p, r);
}

/* The strongest first; what is as strong keeps its order. */
static void sort_by_strength(chain *c)
{
    enum { MAX_BITS = 256 };
    bool used[MAX_BITS + 1] = {false};

    for (int at = c->head; at != NONE; at = c->links[at].next) {
        if (c->links[at].chosen) {
            used[c->links[at].traits.strength_bits] = true;
        }
    }
    for (int bits = MAX_BITS; bits >= 0; bits--) {
        if (used[bits]) {
            const pattern p = {.strength_bits = bits};
            apply(c, &p, RULE_ORDER);
        }
    }
}

/*
 * The order that keywords give: ephemeral with AEAD before ephemeral before the rest, then by
 * strength, TLS 1.2's before older, AES-GCM before ChaCha20 before other AES, ECDSA before RSA.
 * Each step moves what it names, so the last step rules.
 */
static void arrange(chain *c)
{
    static const aud_cipher_bits all = {0};

    apply_bits(c, &aud_cipher_ecdhe_ecdsa, RULE_ADD);
    apply_bits(c, &aud_cipher_ecdhe, RULE_ADD);
    apply_bits(c, &aud_cipher_ecdhe, RULE_DROP);
    apply_bits(c, &aud_cipher_aes_gcm, RULE_ADD);
    apply_bits(c, &aud_cipher_chacha20, RULE_ADD);
    apply_bits(c, &aud_cipher_other_aes, RULE_ADD);
    apply_bits(c, &all, RULE_ADD);
    apply_bits(c, &aud_cipher_md5, RULE_ORDER);
    apply_bits(c, &aud_cipher_anonymous, RULE_ORDER);
    apply_bits(c, &aud_cipher_key_transport, RULE_ORDER);
    apply_bits(c, &aud_cipher_psk, RULE_ORDER);
    apply_bits(c, &aud_cipher_rc4, RULE_ORDER);
    sort_by_strength(c);
    apply_bits(c, &aud_cipher_tls12, RULE_BUMP);
    apply_bits(c, &aud_cipher_aead, RULE_BUMP);
    apply_bits(c, &aud_cipher_ephemeral, RULE_BUMP);
    apply_bits(c, &aud_cipher_ephemeral_aead, RULE_BUMP);
    apply_bits(c, &all, RULE_DROP);
}

static aud_status make_chain(chain *c, aud_arena *arena, aud_error *err)
{
    size_t num;
    const aud_suite *const *all = aud_suite_all(&num);

    *c = (chain){.links = aud_arena_array(arena, num, sizeof(link)), .head = NONE, .tail = NONE};
    if (!c->links) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    for (size_t i = num; i > 0; i--) { /* by descending code, as OpenSSL begins */
        const aud_suite *s = all[i - 1];
        if (s->openssl_name == NULL || s->min == AUD_TLS_1_3) {
            continue;
        }
        c->links[c->num] =
            (link){.suite = s, .traits = aud_cipher_traits_of(s), .prev = NONE, .next = NONE};
        link *l = &c->links[c->num];
        l->prev = c->tail;
        if (c->tail == NONE) {
            c->head = (int)c->num;
        } else {
            c->links[c->tail].next = (int)c->num;
        }
        c->tail = (int)c->num++;
    }
    return AUD_OK;
}

/* --- the string ------------------------------------------------------------------------------- */

typedef struct reading {
    chain chain;
    aud_cipher_list *out;
    aud_cipher_ignored *ignored;
    bool bad;
} reading;

static bool is_separator(char c)
{
    return c == ':' || c == ' ' || c == ';' || c == ',';
}

static bool is_word_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '=';
}

/* A suite by the one name that OpenSSL takes, or an old name that it still does. */
static const aud_suite *suite_named(aud_str word)
{
    const aud_suite *s = aud_suite_find(word);

    if (s == NULL || s->openssl_name == NULL || s->min == AUD_TLS_1_3) {
        return NULL;
    }
    return aud_str_eq(word, aud_str_of(s->openssl_name)) ||
                   aud_str_eq(word, AUD_LIT("EDH-RSA-DES-CBC3-SHA")) ||
                   aud_str_eq(word, AUD_LIT("EDH-DSS-DES-CBC3-SHA"))
               ? s
               : NULL;
}

/* Narrows `*asked` to what both name; false if they have nothing in common. */
static bool narrow(uint32_t *asked, uint32_t more)
{
    if (more != 0) {
        *asked = *asked == 0 ? more : *asked & more;
        return *asked != 0;
    }
    return true;
}

static bool add_bits(pattern *p, const aud_cipher_bits *bits)
{
    if (bits->strength != 0 && p->bits.strength == 0) {
        p->bits.standing =
            0; /* OpenSSL 3 forgets COMPLEMENTOFDEFAULT where a strength follows it */
    }
    return narrow(&p->bits.kx, bits->kx) && narrow(&p->bits.auth, bits->auth) &&
           narrow(&p->bits.encryption, bits->encryption) && narrow(&p->bits.mac, bits->mac) &&
           narrow(&p->bits.oldest, bits->oldest) && narrow(&p->bits.strength, bits->strength) &&
           narrow(&p->bits.standing, bits->standing);
}

static bool add_word(pattern *p, aud_str word)
{
    const aud_cipher_bits *bits = aud_cipher_word(word);

    if (bits != NULL) {
        return add_bits(p, bits);
    }
    p->suite = suite_named(word);
    if (p->suite == NULL) {
        return false;
    }
    /* its version is no part of the pattern */
    aud_cipher_bits own = aud_cipher_traits_of(p->suite).bits;
    own.oldest = 0;
    return add_bits(p, &own);
}

static aud_str take_word(aud_str *rest)
{
    size_t len = 0;

    while (len < rest->len && is_word_char(rest->ptr[len])) {
        len++;
    }
    const aud_str word = aud_str_sub(*rest, 0, len);
    *rest = aud_str_sub(*rest, len, rest->len);
    return word;
}

static void skip_to_separator(aud_str *rest)
{
    while (rest->len > 0 && !is_separator(rest->ptr[0])) {
        *rest = aud_str_sub(*rest, 1, rest->len);
    }
}

static void ignore(reading *r, aud_str word)
{
    r->ignored[r->out->num_ignored++] =
        (aud_cipher_ignored){.word = word, .meant = aud_suite_find(word)};
}

static void command(reading *r, aud_str word)
{
    const aud_str level = AUD_LIT("SECLEVEL=");

    if (aud_str_eq(word, AUD_LIT("STRENGTH"))) {
        sort_by_strength(&r->chain);
    } else if (aud_str_starts(word, level) && word.len == level.len + 1 &&
               word.ptr[level.len] >= '0' && word.ptr[level.len] < '0' + NUM_LEVELS) {
        r->out->security_level = word.ptr[level.len] - '0';
    } else {
        r->bad = true;
    }
}

static bool take_rule(aud_str *rest, rule *out, bool *out_command)
{
    const char c = rest->ptr[0];

    *out_command = c == '@';
    *out = c == '-' ? RULE_DROP : c == '+' ? RULE_ORDER : c == '!' ? RULE_KILL : RULE_ADD;
    if (*out != RULE_ADD || *out_command) {
        *rest = aud_str_sub(*rest, 1, rest->len);
        return true;
    }
    return false;
}

/* One word, or several joined by '+': all of them must hold. */
static void element(reading *r, aud_str *rest, rule how, bool is_command)
{
    pattern p = {.strength_bits = ANY_STRENGTH};
    const aud_str begin = *rest;

    for (;;) {
        const aud_str word = take_word(rest);

        if (word.len == 0) { /* neither word nor separator */
            r->bad = true;
            *rest = aud_str_sub(*rest, 1, rest->len);
            return;
        }
        if (is_command) {
            command(r, word);
            skip_to_separator(rest);
            return;
        }
        const bool joined = rest->len > 0 && rest->ptr[0] == '+';
        if (!add_word(&p, word)) {
            skip_to_separator(rest);
            ignore(r, aud_str_sub(begin, 0, begin.len - rest->len));
            return;
        }
        if (!joined) {
            break;
        }
        *rest = aud_str_sub(*rest, 1, rest->len);
    }
    p.names = p.suite != NULL || p.bits.encryption != 0 || p.bits.mac == aud_cipher_md5.mac ||
              (p.bits.strength & ~aud_cipher_word(AUD_LIT("HIGH"))->strength) != 0;
    p.reaches_old = p.suite != NULL || aud_cipher_is_old(&p.bits);
    apply(&r->chain, &p, how);
}

static void read_rules(reading *r, aud_str rest)
{
    while (rest.len > 0) {
        rule how = RULE_ADD;
        bool is_command = false;

        if (is_separator(rest.ptr[0])) {
            rest = aud_str_sub(rest, 1, rest.len);
            continue;
        }
        (void)take_rule(&rest, &how, &is_command);
        element(r, &rest, how, is_command);
    }
}

/* What a string begins with and OpenSSL replaces before it reads. */
static aud_str expand_prefix(reading *r, aud_str text)
{
    static const struct {
        aud_str prefix, rules;
        bool alone; /* nothing behind it counts */
    } prefixes[] = {
        {AUD_LIT_INIT("DEFAULT"), AUD_LIT_INIT("ALL:!COMPLEMENTOFDEFAULT:!eNULL"), false},
        {AUD_LIT_INIT("SUITEB128ONLY"), AUD_LIT_INIT("ECDHE-ECDSA-AES128-GCM-SHA256"), true},
        {AUD_LIT_INIT("SUITEB128C2"), AUD_LIT_INIT("ECDHE-ECDSA-AES256-GCM-SHA384"), true},
        {AUD_LIT_INIT("SUITEB128"),
         AUD_LIT_INIT("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"), true},
        {AUD_LIT_INIT("SUITEB192"), AUD_LIT_INIT("ECDHE-ECDSA-AES256-GCM-SHA384"), true},
    };

    for (size_t i = 0; i < AUD_COUNT(prefixes); i++) {
        if (aud_str_starts(text, prefixes[i].prefix)) {
            read_rules(r, prefixes[i].rules);
            return prefixes[i].alone ? (aud_str){NULL, 0}
                                     : aud_str_sub(text, prefixes[i].prefix.len, text.len);
        }
    }
    return text;
}

static aud_availability availability_of(const link *l)
{
    return l->traits.built    ? AUD_IN_DEFAULT_BUILD
           : l->traits.ranked ? AUD_IN_OTHER_BUILDS
                              : AUD_IN_OLD_RELEASES;
}

aud_status aud_cipher_string_read(aud_str text, aud_arena *arena, aud_cipher_list *out,
                                  aud_error *err)
{
    reading r = {.out = out};
    bool some = false;

    *out = (aud_cipher_list){.security_level = -1};
    if (text.len > AUD_MAX_CIPHER_STRING) {
        return aud_fail(err, AUD_E_LIMIT, "a cipher string of more than %d bytes",
                        (int)AUD_MAX_CIPHER_STRING);
    }
    AUD_TRY(make_chain(&r.chain, arena, err));
    arrange(&r.chain);
    r.ignored = aud_arena_array(arena, text.len / 2 + 1, sizeof(*r.ignored));
    aud_cipher_choice *choices = aud_arena_array(arena, r.chain.num, sizeof(*choices));
    if (!r.ignored || !choices) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }

    read_rules(&r, expand_prefix(&r, text));
    for (int at = r.chain.head; at != NONE; at = r.chain.links[at].next) {
        const link *l = &r.chain.links[at];
        if (l->chosen && !l->killed) {
            choices[out->num_choices++] =
                (aud_cipher_choice){l->suite, availability_of(l), l->named};
            some = some || l->traits.built;
        }
    }
    out->choices = choices;
    out->ignored = r.ignored;
    out->refused = r.bad || !some;
    return AUD_OK;
}
