/*
 * The reference servers of Bluesky on this machine: the directory of identities, the server that
 * accounts live on, and the view that sorts who answered or named whom.
 *
 * node network.js POSTGRES SCHEMA FOLDER, where node_modules is found beside this file. It writes one
 * line of JSON with its addresses once they answer. Two changes are made to them: no public service
 * is asked (handles are looked up on the accounts' server, addresses of the web are not), and SQLite
 * is libsql's, which comes ready built (package.json), so its blobs are handed on as bytes.
 */
const path = require('node:path')
const { once } = require('node:events')
const { createServer } = require('node:net')
const bsky = require('@atproto/bsky')
const pds = require('@atproto/pds')
const directory = require('@did-plc/server')
const Sqlite = require('better-sqlite3')
const { Client } = require('@did-plc/lib')
const { Secp256k1Keypair } = require('@atproto/crypto')

const [postgres, schema, folder] = process.argv.slice(2)
const nowhere = { url: 'http://127.0.0.1:9', did: 'did:web:nowhere.invalid' }

function handBlobsOnAsBytes() {
  const statement = Object.getPrototypeOf(new Sqlite(':memory:').prepare('SELECT 1'))
  const all = statement.all
  const asBytes = ([name, value]) => [name, value instanceof ArrayBuffer ? Buffer.from(value) : value]
  statement.all = function (...given) {
    return all.apply(this, given).map((row) => Object.fromEntries(Object.entries(row).map(asBytes)))
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

async function startDirectory() {
  const port = await freePort()
  await directory.PlcServer.create({ db: directory.Database.mock(), port }).start()
  return `http://localhost:${port}`
}

async function startView(plc, accounts) {
  const db = new bsky.Database({ url: postgres, schema, poolSize: 5 })
  await db.migrateToLatestOrThrow()
  const [port, dataPort, syncPort] = [await freePort(), await freePort(), await freePort()]
  const url = `http://localhost:${port}`
  const key = await Secp256k1Keypair.create()
  const did = await new Client(plc).createDid({
    signingKey: key.did(), rotationKeys: [key.did()], handle: 'view.test', pds: url, signer: key,
  })
  const data = await bsky.DataPlaneServer.create(db, dataPort, plc)
  await bsky.MockBsync.create(db, syncPort)
  const config = new bsky.ServerConfig({
    version: 'peer', port, publicUrl: url, serverDid: did, didPlcUrl: plc,
    alternateAudienceDids: [], dataplaneUrls: [`http://localhost:${dataPort}`],
    dataplaneHttpVersion: '1.1', bsyncUrl: `http://localhost:${syncPort}`, bsyncHttpVersion: '1.1',
    modServiceDid: nowhere.did, labelsFromIssuerDids: [], adminPasswords: ['peer'], etcdHosts: [],
    bigThreadUris: new Set(), maxThreadParents: 50, threadTagsHide: new Set(),
    threadTagsBumpDown: new Set(), searchTagsHide: new Set(), visibilityTagHide: '',
    visibilityTagRankPrefix: '', debugFieldAllowedDids: new Set(), draftsLimit: 1,
    disableSsrfProtection: true,
  })
  const view = bsky.BskyAppView.create({ config, signingKey: key })
  const service = `ws://localhost:${accounts}`
  const hearing = new bsky.RepoSubscription({ service, db, idResolver: data.idResolver })
  await view.start()
  return { url, did, hearing, resolvers: [view.ctx.idResolver, data.idResolver] }
}

async function startAccounts(plc, view, port) {
  const key = await Secp256k1Keypair.create({ exportable: true })
  const settings = {
    devMode: true, port, didPlcUrl: plc, dataDirectory: folder,
    blobstoreDiskLocation: path.join(folder, 'blobs'), adminPassword: 'peer', jwtSecret: 'peer',
    recoveryDidKey: (await Secp256k1Keypair.create()).did(), inviteRequired: false,
    plcRotationKeyK256PrivateKeyHex: Buffer.from(await key.export()).toString('hex'),
    serviceHandleDomains: ['.test'], disableSsrfProtection: true, rateLimitsEnabled: true,
    bskyAppViewUrl: view.url, bskyAppViewDid: view.did,
    bskyAppViewCdnUrlPattern: `${view.url}/%s/%s/%s`,
    modServiceUrl: nowhere.url, modServiceDid: nowhere.did,
  }
  const server = await pds.PDS.create(pds.envToCfg(settings), pds.envToSecrets(settings))
  await server.start()
  return { url: `http://localhost:${port}`, resolvers: [server.ctx.idResolver] }
}

function askAt(url) {
  return async (handle) => {
    const asked = `${url}/xrpc/com.atproto.identity.resolveHandle?handle=${handle}`
    const answer = await fetch(asked)
    return answer.ok ? (await answer.json()).did : undefined
  }
}

function askNobodyElse(resolvers, ask) {
  for (const one of resolvers) {
    one.handle.resolve = ask
    one.did.methods.get('web').resolveNoCheck = async () => null
  }
}

async function main() {
  handBlobsOnAsBytes()
  const plc = await startDirectory()
  const port = await freePort()
  const view = await startView(plc, port)
  const accounts = await startAccounts(plc, view, port)
  askNobodyElse(view.resolvers, askAt(accounts.url))
  askNobodyElse(accounts.resolvers, async () => undefined)
  view.hearing.start()
  console.log(JSON.stringify({ accounts: accounts.url, view: view.url, directory: plc }))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
