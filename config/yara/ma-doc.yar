/*
  Dấu hiệu mã độc trong tệp đính kèm (khoản 4.4). Cơ quan có thể thêm tệp .yar riêng vào thư mục này.

  meta.certain = true: tệp bình thường không bao giờ có dấu hiệu này.
  meta.label: loại nguy hiểm; không ghi thì là "signature".
*/

rule eicar_test_file
{
    meta:
        certain = true
        source = "EICAR test file, https://www.eicar.org (only within the first bytes, as the definition says)"
    strings:
        $head = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24 45 49 43 41 52 }
    condition:
        $head at 0 and filesize < 200
}

rule powershell_encoded_command
{
    meta:
        certain = true
    strings:
        $call = /powershell(\.exe)?["']?\s[^\r\n]{0,200}\s[-\/]e(n|nc|nco|ncod|ncode|ncoded|ncodedc[a-z]{0,6})?\s+["']?[A-Za-z0-9+\/]{60,}/ nocase ascii wide
    condition:
        $call
}

rule powershell_download_and_run
{
    meta:
        certain = true
    strings:
        $run1 = /\b(iex|invoke-expression)\b/ nocase ascii wide
        $get1 = /\.download(string|data)\s*\(\s*["']https?:/ nocase ascii wide
        $get2 = /(invoke-webrequest|iwr|invoke-restmethod|irm|curl|wget)\s+(-uri\s+)?(-useb\w*\s+)?["']?https?:[^\r\n|]{1,300}\|\s*(iex|invoke-expression)\b/ nocase ascii wide
        $pipe = /\b(iex|invoke-expression)\s*[(&]{1,3}\s*(new-object|\(\s*new-object|iwr|irm|invoke-webrequest)/ nocase ascii wide
    condition:
        $get2 or $pipe or ($run1 and $get1)
}

rule script_dropper
{
    meta:
        certain = true
    strings:
        $shell = /wscript\.shell|shell\.application/ nocase ascii wide
        $http = /(msxml2\.(server)?xmlhttp|winhttp\.winhttprequest|microsoft\.xmlhttp)/ nocase ascii wide
        $write = /(adodb\.stream|\.savetofile|scripting\.filesystemobject)/ nocase ascii wide
        $run = /\.(run|exec|shellexecute)\b/ nocase ascii wide
    condition:
        filesize < 5MB and $shell and $http and $write and $run
}

rule certutil_or_bitsadmin_download
{
    meta:
        certain = false
    strings:
        $certutil = /certutil(\.exe)?\s[^\r\n]{0,80}-urlcache\s[^\r\n]{0,80}https?:/ nocase ascii wide
        $bitsadmin = /bitsadmin(\.exe)?\s[^\r\n]{0,80}\/transfer\s[^\r\n]{0,120}https?:/ nocase ascii wide
        $mshta = /mshta(\.exe)?["']?\s+["']?(https?:|javascript:|vbscript:)/ nocase ascii wide
        $regsvr = /regsvr32(\.exe)?\s[^\r\n]{0,80}\/i:https?:/ nocase ascii wide
    condition:
        any of them
}

rule web_shell
{
    meta:
        certain = true
    strings:
        $php = /<\?php[^?]{0,400}\b(eval|assert|system|passthru|shell_exec|popen)\s*\(\s*(base64_decode\s*\(\s*)?\$_(get|post|request|cookie)\b/ nocase
        $php_short = /<\?=\s{0,5}(`|system\s*\(|shell_exec\s*\()\s*\$_(get|post|request)/ nocase
        $asp = /<%[^%]{0,200}\b(eval|execute)\s*\(?\s*request\s*[\(\.\[]/ nocase
        $jsp = /<%[^%]{0,400}getruntime\s*\(\s*\)\s*\.\s*exec\s*\(\s*request\.getparameter/ nocase
    condition:
        any of them
}

rule shortcut_with_command
{
    meta:
        certain = true
        label = "shortcut"
    strings:
        $target = /(powershell|mshta|wscript|cscript|rundll32|regsvr32|cmd\.exe)/ nocase ascii wide
        $hidden = /(-w(indowstyle)?\s+h(idden)?|-e(nc|ncodedcommand)?\s+[A-Za-z0-9+\/]{40,}|https?:\/\/|\/c\s+(start|copy|curl|certutil|powershell))/ nocase ascii wide
    condition:
        uint32(0) == 0x0000004C and uint32(4) == 0x00021401 and $target and $hidden
}

rule html_smuggling
{
    meta:
        certain = false
    strings:
        $page = /<(html|script|body|svg)\b/ nocase
        $decode = /\batob\s*\(|fromcharcode/ nocase
        $blob = /new\s+blob\s*\(|mssaveoropenblob|createobjecturl/ nocase
        $click = /\.download\s*=\s*["'][^"']{1,100}\.(zip|iso|img|exe|js|vbs|hta|lnk|rar|7z)["']/ nocase
    condition:
        filesize < 20MB and $page and $decode and $blob and $click
}

rule mark_of_ransom_note_builder
{
    meta:
        certain = false
    strings:
        $shadow = /vssadmin(\.exe)?\s+delete\s+shadows/ nocase ascii wide
        $wmic = /wmic(\.exe)?\s+shadowcopy\s+delete/ nocase ascii wide
        $recovery = /bcdedit(\.exe)?\s[^\r\n]{0,60}recoveryenabled\s+no/ nocase ascii wide
    condition:
        any of them
}
