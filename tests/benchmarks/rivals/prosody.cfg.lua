-- Rooms over WebSocket and nothing else; @words@ are filled in by the benchmark.
pidfile = "@folder@/prosody.pid"
data_path = "@folder@/data"
run_as_root = true
network_backend = "epoll"
log = { warn = "@folder@/prosody.log" }
modules_enabled = { "saslauth", "websocket" }
modules_disabled = { "s2s", "tls", "limits", "offline" }
certificates = "@folder@"
c2s_ports = {}
s2s_ports = {}
http_ports = { @port@ }
http_interfaces = { "127.0.0.1" }
https_ports = {}
consider_websocket_secure = true
c2s_require_encryption = false
VirtualHost "localhost"
  authentication = "anonymous"
Component "rooms.localhost" "muc"
  muc_room_locking = false
  muc_log_by_default = false
  max_history_messages = 0
