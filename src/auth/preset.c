#include "auth/preset.h"

const char *const preset_names[] = {"none", "cognito", "supabase", "auth0", "firebase", NULL};

static const struct preset presets[PRESETS] = {
    [PRESET_NONE] =
        {
            .user = "sub",
            .tenant = "tenant",
            .scopes = "scope",
            .guilds = "guilds",
        },
    /* An attribute custom:tenant could be written by whoever it is of, unless every app client
     * forbids that: the tenant comes from a claim that only a Lambda of the pool can add. */
    [PRESET_COGNITO] =
        {
            .user = "sub",
            .tenant = "tenant",
            .scopes = "cognito:groups",
            .guilds = "cognito:groups",
            .required = "exp, token_use=access|id",
            .audience_by_use = true,
            .scopes_among_others = true,
            .jwks_of_issuer = "/.well-known/jwks.json",
        },
    /* user_metadata is its user's to write, app_metadata is not. */
    [PRESET_SUPABASE] =
        {
            .user = "sub",
            .tenant = "app_metadata.tenant",
            .scopes = "app_metadata.scope",
            .guilds = "app_metadata.guilds",
            .required = "exp, role=authenticated",
            .audience = "authenticated",
            .jwks_of_issuer = "/.well-known/jwks.json",
        },
    [PRESET_AUTH0] =
        {
            .user = "sub",
            .tenant = "org_id",
            .scopes = "permissions",
            .guilds = "guilds",
            .required = "exp",
            .jwks_of_issuer = "/.well-known/jwks.json",
            .needs_audience = true,
        },
    [PRESET_FIREBASE] =
        {
            .user = "sub",
            .tenant = "firebase.tenant",
            .scopes = "scope",
            .guilds = "guilds",
            .required = "exp, iat, auth_time",
            .issuer_of_audience = "https://securetoken.google.com/",
            .jwks_url = "https://www.googleapis.com/service_accounts/v1/jwk/"
                        "securetoken@system.gserviceaccount.com",
            .needs_audience = true,
        },
};

const struct preset *preset_of(enum preset_kind kind)
{
    return &presets[kind];
}

struct str preset_jwks_url(struct arena *arena, enum preset_kind kind, struct str issuer)
{
    const struct preset *preset = preset_of(kind);

    if (preset->jwks_url)
        return str_c(preset->jwks_url);
    if (!preset->jwks_of_issuer || issuer.n == 0)
        return STR_NULL;
    /* Auth0's issuer ends in a slash, the others' do not. */
    if (issuer.p[issuer.n - 1] == '/')
        issuer.n--;
    return arena_printf(arena, "%.*s%s", STR_ARG(issuer), preset->jwks_of_issuer);
}

struct str preset_issuer(struct arena *arena, enum preset_kind kind, struct str audience)
{
    const struct preset *preset = preset_of(kind);

    if (!preset->issuer_of_audience || audience.n == 0)
        return STR_NULL;
    return arena_printf(arena, "%s%.*s", preset->issuer_of_audience, STR_ARG(audience));
}
