// A photo as evidence: the marked picture that people look at, and the file as the camera gave it, which is kept beside it. What the
// photo says of its own time and place goes with both, and where it differs from what the telephone knows the mark says so.
import { FILE_MAX, type Said } from '@/api/files'
import { user } from '@/api/session'
import { t } from '@/i18n'
import { duration, timeExact } from '@/i18n/time'
import { differs, EXIF_REACH, shotOf, type Shot } from './exif'
import type { Lost, Spot } from './place'
import type { QueuedPhoto } from './queue'
import { watermark } from './watermark'

export interface Taken { where: Spot | null; lost: Lost; subject: string; note?: string }

/** What is burnt into the picture, line by line. */
export function markOf(at: number, shot: Shot, k: Taken): string[] {
  const place = k.where ? t('report.mark.place', { lon: k.where.lon.toFixed(5), lat: k.where.lat.toFixed(5) }) : t(k.lost === 'denied' ? 'report.mark.denied' : 'report.mark.lost')
  return [`${timeExact(at)}  ${user.value?.full_name ?? ''}`, [k.subject, place].filter(Boolean).join('  '), ...oddities(at, shot, k.where)]
}

/** Where the photo and the telephone do not agree, in words; nothing when they do. */
export function oddities(at: number, shot: Shot, where: Spot | null): string[] {
  const d = differs(shot, at, where)
  const said: string[] = []
  if (d.time !== null && shot.at !== undefined) said.push(t('report.mark.time', { at: timeExact(shot.at), by: duration(d.time) }))
  if (d.place !== null) said.push(t('report.mark.far', { lon: shot.lon?.toFixed(5) ?? '', lat: shot.lat?.toFixed(5) ?? '', m: d.place }))
  return said
}

export async function takePhoto(file: File, k: Taken): Promise<QueuedPhoto> {
  const at = Date.now()
  const shot = await file.slice(0, EXIF_REACH).arrayBuffer().then(shotOf, () => ({}) as Shot)
  const said: Said = { taken_at: new Date(at).toISOString(), ...(k.note ? { note: k.note } : {}), ...(k.where ?? {}) }
  if (shot.at !== undefined) said.shot_at = new Date(shot.at).toISOString()
  if (shot.lon !== undefined && shot.lat !== undefined) Object.assign(said, { shot_lon: shot.lon, shot_lat: shot.lat })
  const marked = await watermark(file, { lines: markOf(at, shot, k) })
  const name = `${file.name.replace(/\.[^.]*$/, '') || 'photo'}.jpg`
  // A picture that the browser cannot read is its own original.
  if (marked === file) return { file, name: file.name, said, sent: false }
  if (file.size > FILE_MAX) return { file: marked, name, said: { ...said, note: [said.note, t('report.original.large')].filter(Boolean).join(' ') }, sent: false }
  return { file: marked, name, said, sent: false, original: { file, name: file.name, sent: false } }
}
