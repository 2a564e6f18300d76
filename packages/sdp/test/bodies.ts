/** Descriptions in the manner of what phones and servers send. */
const crlf = (text: string): string => `${text.trim().replaceAll('\n', '\r\n')}\r\n`

export const bodies = {
  baresip: crlf(`
v=0
o=- 2087430371 1325107934 IN IP4 192.0.2.10
s=-
c=IN IP4 192.0.2.10
t=0 0
a=tool:baresip 1.0.0
m=audio 27000 RTP/AVP 0 8 101
b=AS:125
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=rtcp:27001
a=rtcp-mux
a=rtcp-rsize
a=ssrc:839170403 cname:sip:alice@192.0.2.10
a=sendrecv
a=label:1
a=ptime:20
`),
  linphone: crlf(`
v=0
o=bob 3213 2941 IN IP4 198.51.100.7
s=Talk
c=IN IP4 198.51.100.7
t=0 0
a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics
a=record:off
m=audio 7078 RTP/AVP 96 97 98 0 8 18 101 99
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:97 speex/16000
a=fmtp:97 vbr=on
a=rtpmap:98 speex/8000
a=fmtp:98 vbr=on
a=fmtp:18 annexb=yes
a=rtpmap:101 telephone-event/48000
a=rtpmap:99 telephone-event/8000
a=rtcp-fb:* trr-int 5000
m=video 9078 RTP/AVPF 96
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 ccm fir
`),
  asterisk: crlf(`
v=0
o=- 1163044871 1163044873 IN IP4 203.0.113.5
s=Asterisk
c=IN IP4 203.0.113.5
t=0 0
m=audio 14338 RTP/AVP 8 0 3 101
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:3 GSM/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=maxptime:150
a=sendrecv
`),
  freeSwitch: crlf(`
v=0
o=FreeSWITCH 1700000001 1700000002 IN IP4 203.0.113.9
s=FreeSWITCH
c=IN IP4 203.0.113.9
t=0 0
m=audio 24816 RTP/AVP 102 9 0 8 103 101
a=rtpmap:102 opus/48000/2
a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; minptime=10; maxptime=40
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:103 telephone-event/48000
a=fmtp:103 0-16
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
`),
  cisco: crlf(`
v=0
o=Cisco-SIPUA 17251 0 IN IP4 192.0.2.55
s=SIP Call
b=AS:4064
t=0 0
m=audio 29482 RTP/AVP 0 8 116 18 101
c=IN IP4 192.0.2.55
b=TIAS:64000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:116 iLBC/8000
a=fmtp:116 mode=20
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=sendrecv
`),
  /** The order of types is not that of the RFC, and the lines end with LF alone. */
  polycom: `v=0
o=- 1459434122 1459434122 IN IP4 192.0.2.77
s=Polycom IP Phone
c=IN IP4 192.0.2.77
t=0 0
a=sendrecv
m=audio 2222 RTP/AVP 9 0 8 18 127
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:127 telephone-event/8000
`,
  rtpengine: crlf(`
v=0
o=- 5512 1 IN IP4 203.0.113.20
s=-
t=0 0
m=audio 30018 RTP/AVP 8 101
c=IN IP4 203.0.113.20
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=sendrecv
a=rtcp:30019 IN IP4 203.0.113.20
a=ice-lite
a=candidate:WQ8XFnRe1mPyrE9q 1 UDP 2130706431 203.0.113.20 30018 typ host
`),
  /** Nothing but what RFC 3551 lets one leave out. */
  sipp: crlf(`
v=0
o=user1 53655765 2353687637 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 6000 RTP/AVP 0
`),
  t38: crlf(`
v=0
o=- 1163044871 1163044874 IN IP4 203.0.113.5
s=Asterisk
c=IN IP4 203.0.113.5
t=0 0
m=image 4512 udptl t38
a=T38FaxVersion:0
a=T38MaxBitRate:14400
`),
  secure: crlf(`
v=0
o=- 5 5 IN IP4 192.0.2.10
s=-
c=IN IP4 192.0.2.10
t=0 0
m=audio 27000 RTP/SAVP 0
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
m=audio 27002 RTP/AVP 0
`),
  ipv6: crlf(`
v=0
o=- 5 5 IN IP6 2001:db8::10
s=-
c=IN IP6 2001:db8::10
t=0 0
m=audio 27000 RTP/AVP 8
`),
} as const
