// The reference server of tus on a free port of the loopback interface; says the port, ends with its standard input.
import http from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const [directory, path, maxSize, lifeMs] = process.argv.slice(2)
const datastore = new FileStore({ directory, expirationPeriodInMilliseconds: Number(lifeMs) })
const tus = new Server({ path, datastore, maxSize: Number(maxSize), relativeLocation: true })
const server = http.createServer(tus.handle.bind(tus))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
