-- A user with Neovim: opens a `.sync` file, sees a mistake, mends it, makes it again, takes the quick fix.
-- Writes what was seen to $SEEN, one line an observation. Every wait has an end.

local seen = assert(io.open(os.getenv("SEEN"), "w"))
local function note(text) seen:write(text, "\n") seen:flush() end

-- The configuration that a user writes.
vim.cmd("autocmd BufRead,BufNewFile *.sync setfiletype sync")
vim.api.nvim_create_autocmd("FileType", {
  pattern = "sync",
  callback = function(event)
    local client = vim.lsp.start_client({
      name = "syncc",
      cmd = vim.split(os.getenv("SERVER"), "\n"), -- one argument a line
      root_dir = vim.fn.fnamemodify(event.file, ":p:h"),
    })
    vim.lsp.buf_attach_client(event.buf, client)
  end,
})

local function show(what)
  for _, found in ipairs(vim.diagnostic.get(0)) do
    local line = vim.api.nvim_buf_get_lines(0, found.lnum, found.lnum + 1, true)[1]
    local name = { "error", "warning", "information", "hint" }
    note(what .. ": " .. name[found.severity] .. " " .. found.code .. " at `" .. line:sub(found.col + 1, found.end_col) .. "`")
  end
end

local function wait_for(what, count)
  local came = vim.wait(20000, function() return #vim.diagnostic.get(0) == count end, 10)
  note(what .. ": " .. (came and count or ("not " .. count .. " but " .. #vim.diagnostic.get(0))) .. " shown")
end

local function session()
  vim.cmd("edit " .. os.getenv("FILE"))
  wait_for("opened", 1)
  show("opened")

  vim.cmd("%s/lable/label/")
  wait_for("mended", 0)

  vim.cmd("undo")
  wait_for("undone", 1)
  show("undone")

  -- The cursor on the mistake, then what `vim.lsp.buf.code_action()` does behind its menu.
  vim.fn.search("lable")
  local client = vim.tbl_values(vim.lsp.buf_get_clients(0))[1]
  local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
  params.context = { diagnostics = {} }
  local answer = client.request_sync("textDocument/codeAction", params, 20000, 0)
  local fix = answer and answer.result and answer.result[1]
  if fix then
    vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
    wait_for("fixed", 0)
    note("fixed: " .. vim.api.nvim_buf_get_lines(0, 2, 3, true)[1])
  else
    note("no fix: " .. vim.inspect(answer))
  end

  vim.cmd("normal! Gowhen")
  wait_for("typing", 1)

  vim.cmd("normal! dd")
  vim.cmd("write")
  wait_for("written", 0)

  client.stop()
  vim.wait(10000, function() return client.is_stopped() end, 10)
  note(client.is_stopped() and "stopped" or "did not stop")
end

local well, problem = pcall(session)
if not well then
  note("the probe stopped: " .. tostring(problem))
end
vim.cmd("qall!")
