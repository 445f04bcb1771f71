// npm's oidc-provider on a free port of the loopback interface; says the port, ends with its standard input.
// Nobody types anything: whoever comes is signed in as the person that was named last, by a line of JSON on the standard input:
// {"sub": "…", "username": "…", "amr": ["pwd"]}. Each line is answered by "ok".
import http from 'node:http'
import readline from 'node:readline'
import { Provider } from 'oidc-provider'

console.info = () => {} // its advice for real use; what we say ourselves is all that may come

const [redirectUri, otherClient] = process.argv.slice(2)
const people = new Map()
let person = null

const client = (client_id) => ({
  client_id,
  client_secret: 'a-secret-for-tests',
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'client_secret_basic',
})

const server = http.createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    clients: [client('gridpatrol'), client(otherClient)],
    claims: { profile: ['preferred_username'], openid: ['sub', 'amr'] },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['only for tests'] },
    interactions: { url: (_ctx, interaction) => `/person/${interaction.uid}` },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({ sub, preferred_username: people.get(sub)?.username }),
    }),
    // what somebody agrees to at the provider is not what is tested here
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId })
      grant.addOIDCScope('openid profile')
      await grant.save()
      return grant
    },
  })
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/person/')) return next()
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: person.sub, amr: person.amr } })
    ctx.respond = false
  })
  server.on('request', provider.callback())
  console.log(server.address().port)
})

const lines = readline.createInterface({ input: process.stdin })
lines.on('line', (line) => {
  person = JSON.parse(line)
  people.set(person.sub, person)
  console.log('ok')
})
lines.on('close', () => process.exit(0))
