// A real OpenID provider for tests (oidc-provider): whoever names themselves is signed in, with the groups and the strength the
// test gives. Its only argument is JSON: {port, client, people: {login: claims}}. Next: tests/provider/running.py
import { createServer } from 'node:http';
import { parse } from 'node:querystring';
import { Provider } from 'oidc-provider';

const given = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${given.port}`, {
  clients: [given.client],
  claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
  acrValues: ['strong', 'weak'],
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => (given.people[id] ? { accountId: id, claims: () => ({ sub: id, ...given.people[id] }) } : undefined),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
  // The provider's own guard sends nothing to this machine; the application of the test is there.
  fetch: (url, { dispatcher: _guard, ...options }) => fetch(url, options),
  cookies: { keys: ['only-for-tests'] },
  ttl: { AccessToken: 300, IdToken: 300, Interaction: 300, Session: 3600, Grant: 3600 },
});

createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return provider.callback()(request, response);
  if (request.method === 'GET') return response.end('who?');
  let body = '';
  for await (const part of request) body += part;
  const { login, acr, ago } = parse(body);
  const ts = Math.floor(Date.now() / 1000) - Number(ago || 0);
  return provider.interactionFinished(request, response, { login: { accountId: login, acr, amr: ['pwd'], ts } });
}).listen(given.port, '127.0.0.1', () => console.log('ready'));
