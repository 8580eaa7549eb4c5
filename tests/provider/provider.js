// A provider of OpenID Connect for the tests: whoever writes a name is that person. Prints its issuer once it listens.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [library] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(library));

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

// Native clients, so that the service may listen on any port of this machine (RFC 8252, 7.3).
const client = {
  application_type: "native",
  redirect_uris: ["http://127.0.0.1/oidc/return"],
  post_logout_redirect_uris: ["http://127.0.0.1/"],
  backchannel_logout_uri: "http://127.0.0.1/oidc/ended",
  backchannel_logout_session_required: true,
};
let endedAt; // Where the client hears that somebody has signed out; its port is known only later.
const provider = new Provider(issuer, {
  clients: [
    { ...client, client_id: "airshed", client_secret: "a secret: that/is+escaped%" },
    { ...client, client_id: "another", token_endpoint_auth_method: "none" },
  ],
  acrValues: ["two-factors"],
  claims: { openid: ["sub", "acr", "sid"], profile: ["preferred_username"], email: ["email", "email_verified"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["of a test"] },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true },
  },
  // It asks nobody on this machine by itself, which is right but for a test.
  fetch: (_, options) => fetch(endedAt, { ...options, dispatcher: undefined }),
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({
      sub: name,
      preferred_username: `${name}@bureau`,
      email: `${name}@example.com`,
      email_verified: name !== "unverified",
    }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

const form = `<!doctype html><meta charset="utf-8"><title>Provider</title><form method="post">
<label>Name <input name="name"></label><label>acr <input name="acr"></label><button>Sign in</button></form>`;

provider.use(async (context, next) => {
  if (context.path === "/ended-at") {
    endedAt = context.query.address;
    context.body = "";
  } else if (!context.path.startsWith("/interaction/")) {
    await next();
  } else if ((await provider.interactionDetails(context.req, context.res)).prompt.name === "consent") {
    // Whoever has signed in agrees.
    const { params, session } = await provider.interactionDetails(context.req, context.res);
    const grant = new provider.Grant({ clientId: params.client_id, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await provider.interactionFinished(context.req, context.res, { consent: { grantId: await grant.save() } });
    context.respond = false;
  } else if (context.method === "GET") {
    context.type = "html";
    context.body = form;
  } else {
    let raw = "";
    for await (const part of context.req) raw += part;
    const said = new URLSearchParams(raw);
    const login = { accountId: said.get("name"), acr: said.get("acr") || undefined };
    await provider.interactionFinished(context.req, context.res, { login }, { mergeWithLastSubmission: false });
    context.respond = false;
  }
});
provider.on("backchannel.error", (_, error) => console.error(error));
server.on("request", provider.callback());
console.log(issuer);
