// What happens in the field before an office has something to do: reports sent as a phone sends them.
import { createHash, randomBytes } from 'node:crypto'
import { expect, request, type APIRequestContext } from '@playwright/test'

const PASSWORD = process.env.DEMO_PASSWORD ?? ''
const BASE = process.env.GRIDPATROL_URL ?? 'http://127.0.0.1:8000'

/** Somebody signed in beside the browser: calls of the API that leave the page's own session alone. */
export class Somebody {
  private constructor(
    private readonly context: APIRequestContext,
    private readonly proof: Record<string, string>,
  ) {}

  /** As a phone signs in: with a token instead of a cookie. */
  static async withPhone(username: string): Promise<Somebody> {
    const context = await request.newContext({ baseURL: BASE })
    const data = {
      username,
      password: PASSWORD,
      device: { id: newId(), name: 'test', platform: 'android', app_version: '1.0.0' },
    }
    const answer = await context.post('/api/v1/session', { data })
    expect(answer.ok(), `${username} signs in: ${await answer.text()}`).toBe(true)
    return new Somebody(context, { Authorization: `Bearer ${(await answer.json()).access_token}` })
  }
  static async signIn(username: string): Promise<Somebody> {
    const context = await request.newContext({ baseURL: BASE })
    const answer = await context.post('/api/v1/session/web', { data: { username, password: PASSWORD } })
    expect(answer.ok(), `${username} signs in: ${await answer.text()}`).toBe(true)
    return new Somebody(context, { 'X-CSRF-Token': (await answer.json()).csrf_token })
  }
  async get<T>(path: string): Promise<T> {
    const answer = await this.context.get(path)
    expect(answer.ok(), `GET ${path}: ${answer.status()} ${await answer.text()}`).toBe(true)
    return (await answer.json()) as T
  }
  async post<T>(path: string, data: unknown): Promise<T> {
    const answer = await this.context.post(path, { data, headers: this.proof })
    expect(answer.ok(), `POST ${path}: ${answer.status()} ${await answer.text()}`).toBe(true)
    return (await answer.json()) as T
  }
  async bytes(path: string): Promise<Buffer> {
    return (await this.context.get(path)).body()
  }
  /** Sends a photo in one piece (tus). */
  async sendPhoto(content: Buffer): Promise<void> {
    const hash = createHash('sha256').update(content).digest('hex')
    const answer = await this.context.post('/api/v1/uploads', {
      data: content,
      headers: {
        ...this.proof,
        'Tus-Resumable': '1.0.0',
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Length': String(content.length),
        'Upload-Metadata': `sha256 ${Buffer.from(hash).toString('base64')},mime ${Buffer.from('image/jpeg').toString('base64')}`,
      },
    })
    expect(answer.ok(), `photo: ${answer.status()} ${await answer.text()}`).toBe(true)
  }
  close(): Promise<void> {
    return this.context.dispose()
  }
}

/** A UUID whose time is now, as phones make them (version 7). */
function newId(): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export type Told = {
  name: string
  category?: string
  findings?: { code: string; severity: string; note: string }[]
  attributes?: Record<string, boolean>
  description?: string
}
/** A shop of unknown trade: the rules leave it to a person. */
const UNSURE = {
  category: 'unlicensed_business',
  findings: [{ code: 'B-01', severity: 'medium', note: '经营业态不明' }],
  attributes: { needs_licence: true, has_licence: false, public_place: false },
  description: '卷帘门半开，有人进出',
}
/** An unlicensed clinic: goes to the health bureau. */
export const CLINIC = {
  category: 'illegal_practice',
  findings: [{ code: 'A-01', severity: 'medium', note: '墙上未见执业许可证' }],
  attributes: { has_licence: false },
  description: '门口挂诊所招牌',
}
const PLACE = { lon: 121.4012, lat: 31.2415 }
const FORMS: Record<string, string> = { unlicensed_business: 'B', illegal_practice: 'A', water_vending: 'C' }

type Case = {
  id: string
  report_id: string
  status: string
  version: number
  department: string | null
  site_name: string
}

/** Reports problems as `worker` with a photo each; answers the cases that came of them, in the order of `told`. */
export async function reportCases(worker: string, told: Told[]): Promise<Case[]> {
  const [phone, bureau] = [await Somebody.withPhone(worker), await Somebody.signIn('bureau')]
  const shown = await bureau.get<{ items: { photo: string | null }[] }>(
    '/api/v1/cases/triage?status=closed,routed,returned&limit=20',
  )
  const known = await bureau.bytes(`/api/v1/media/${shown.items.find((one) => one.photo)!.photo}/preview`)
  const reports: string[] = []
  const items: unknown[] = []
  const photos: Buffer[] = []
  for (const [at, one] of told.entries()) {
    const what = { ...UNSURE, ...one }
    const photo = Buffer.concat([known, randomBytes(16)]) // bytes after a picture's end belong to no other photo
    photos.push(photo)
    const id = newId()
    reports.push(id)
    const seen = new Date(Date.now() - 60_000).toISOString()
    items.push({
      id: newId(),
      kind: 'report.submit',
      recorded_at: seen,
      payload: {
        report_id: id,
        task_id: null,
        category: what.category,
        outcome: 'problem',
        captured_at: seen,
        // far enough apart not to be taken for one place
        position: {
          lon: PLACE.lon + (Math.random() - 0.5) * 0.004 + at * 1e-4,
          lat: PLACE.lat + (Math.random() - 0.5) * 0.004,
          accuracy_m: 12,
          datum: 'wgs84',
          fixed_at: seen,
          source: 'gps',
          mocked: false,
        },
        site: { id: null, name: what.name, address: '示例路1号', uscc: null, uscc_missing_reason: 'not_asked' },
        photos: [
          {
            sha256: createHash('sha256').update(photo).digest('hex'),
            bytes: photo.length,
            mime: 'image/jpeg',
            role: 'panorama',
            taken_at: seen,
            source: 'camera',
          },
        ],
        form: { code: FORMS[what.category]!, version: 1 },
        answers: Object.fromEntries(what.findings.map((finding) => [finding.code, true])),
        findings: what.findings,
        attributes: what.attributes,
        description: what.description,
      },
    })
  }
  const body = { protocol: 1, epoch: null, cursor: null, device_time: new Date().toISOString(), limit: 1, items }
  const answer = await phone.post<{ receipts: { result: string; detail: string | null }[] }>('/api/v1/sync', body)
  for (const receipt of answer.receipts) expect(receipt.result, receipt.detail ?? '').toBe('accepted')
  for (const photo of photos) await phone.sendPhoto(photo)
  const cases: Case[] = []
  for (const id of reports)
    cases.push((await bureau.get<{ items: Case[] }>(`/api/v1/cases?report=${id}&sort=oldest`)).items[0]!)
  await phone.close()
  await bureau.close()
  return cases
}
