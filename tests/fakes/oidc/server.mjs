// A real OpenID provider for the tests: oidc-provider with its own development pages.
// Usage: node server.mjs CACHE PORT REDIRECT_URI METHOD, where METHOD is how clients prove who they
// are at the token endpoint. A login `sato!aud` is sato at a provider that
// signs its tokens as the word behind `!` says: for attacks that an honest one would not make.
import crypto from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [cache, port, redirectUri, method] = process.argv.slice(2);
const installed = path.join(cache, 'node_modules', 'oidc-provider', 'lib', 'index.js');
const { default: Provider } = await import(pathToFileURL(installed));

const issuer = `http://127.0.0.1:${port}`;
const secret = 'a-secret:with/odd%characters';
const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey: stranger } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const header = { alg: 'RS256', typ: 'JWT', kid: 'main' };
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (head, claims, make) => {
  const text = `${encode(head)}.${encode(claims)}`;
  return `${text}.${make(text)}`;
};
const rsa = (key) => (text) => crypto.sign('sha256', Buffer.from(text), key).toString('base64url');
const hmac = (key) => (text) => crypto.createHmac('sha256', key).update(text).digest('base64url');
const honest = (claims) => signed(header, claims, rsa(privateKey));
const publicPem = crypto.createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });

const lies = {
  aud: (claims) => honest({ ...claims, aud: 'other' }),
  auds: (claims) => honest({ ...claims, aud: ['syncd', 'other'], azp: 'other' }),
  iss: (claims) => honest({ ...claims, iss: 'https://evil.example' }),
  exp: (claims) => honest({ ...claims, iat: claims.iat - 7200, exp: claims.exp - 7200 }),
  noexp: ({ exp, ...claims }) => honest(claims),
  nonce: (claims) => honest({ ...claims, nonce: 'other' }),
  nononce: ({ nonce, ...claims }) => honest(claims),
  stranger: (claims) => signed(header, claims, rsa(stranger)),
  none: (claims) => signed({ ...header, alg: 'none' }, claims, () => ''),
  secret: (claims) => signed({ alg: 'HS256' }, claims, hmac(secret)),
  public: (claims) => signed({ ...header, alg: 'HS256' }, claims, hmac(publicPem)),
  garbage: () => 'garbage',
  noaccount: ({ preferred_username: _, ...claims }) => honest({ ...claims, preferred_username: '' }),
  bare: ({ preferred_username: _, ...claims }) => honest(claims),
  two: ({ preferred_username: _, ...claims }) => honest(claims),
};

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'syncd', client_secret: secret, redirect_uris: [redirectUri] },
  ],
  clientAuthMethods: [method],
  clientDefaults: { token_endpoint_auth_method: method },
  claims: { openid: ['sub'], profile: ['preferred_username', 'employee_number'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['a key of the tests'] },
  features: { devInteractions: { enabled: true } },
  findAccount: async (_ctx, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      preferred_username: id.split('!')[0],
      employee_number: '900',
      email: 'sato@mihon.example',
      email_verified: !id.endsWith('!unverified'),
    }),
  }),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'main', use: 'sig', alg: 'RS256' }] },
  pkce: { required: () => true },
});

provider.use(async (ctx, next) => {
  await next();
  if (ctx.oidc?.route === 'token' && ctx.body?.id_token) {
    const claims = JSON.parse(Buffer.from(ctx.body.id_token.split('.')[1], 'base64url'));
    const lie = lies[claims.sub.split('!')[1]];
    if (lie) ctx.body = { ...ctx.body, id_token: lie(claims) };
  }
  if (ctx.oidc?.route === 'userinfo' && ctx.body?.sub?.endsWith('!two')) {
    ctx.body = { ...ctx.body, sub: 'somebody else' };
  }
});

provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
