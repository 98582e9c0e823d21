/** Files attached to a record. */
export const evidence = {
  'file.title': ['附件', 'Files'],
  'file.none': ['还没有附件', 'No files yet'],
  'file.camera': ['拍照', 'Take a photo'],
  'file.choose': ['选择文件', 'Choose files'],
  'file.drop': ['把照片或文件拖到这里，单个不超过 50 MB', 'Drop photos or files here, 50 MB each at most'],
  'file.note': ['说明（选填，随下次上传的文件保存）', 'Note (optional, kept with the next files)'],
  'file.place': ['附上当前位置', 'Add the present place'],
  'file.place.none': ['未能取得位置，文件已按无位置保存', 'The place could not be found; the file is kept without it'],
  'file.sending': ['正在上传', 'Sending'],
  'file.retry': ['重试', 'Try again'],
  'file.drop.this': ['移除', 'Remove'],
  'file.too.large': ['超过 50 MB，未上传', 'Above 50 MB, not sent'],
  'file.open': ['打开 {name}', 'Open {name}'],
  'file.download': ['下载', 'Download'],
  'file.taken': ['拍摄于 {t}', 'taken {t}'],
  'file.at': ['位置 {lon}，{lat}', 'at {lon}, {lat}'],
} as const satisfies Record<string, readonly [string, string]>
