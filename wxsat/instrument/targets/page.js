// Old web views run this: no arrow functions, no let, no template strings, no fetch.
(function () {
  'use strict';
  var form = FORM, words = form.words;
  var app = document.getElementById('app');
  var keep = 'wxsat:' + form.instrument + ':' + form.version + ':' + form.form;
  var state = restored() || fresh();

  function fresh() {
    return { language: form.languages[0], at: -1, consent: null, started: '', answers: {}, seconds: {}, since: 0 };
  }
  function restored() {
    try { return JSON.parse(window.localStorage.getItem(keep)); } catch (problem) { return null; }
  }
  function remember() {
    try { window.localStorage.setItem(keep, JSON.stringify(state)); } catch (problem) { /* a private window keeps nothing */ }
  }
  function forget() {
    try { window.localStorage.removeItem(keep); } catch (problem) { /* nothing was kept */ }
  }
  function say(label) {
    if (!label) { return ''; }
    return label[state.language] || label.zh || label.en || '';
  }
  function word(key) { return say(words[key]); }
  function make(tag, kind, text) {
    var element = document.createElement(tag);
    if (kind) { element.className = kind; }
    if (text) { element.appendChild(document.createTextNode(text)); }
    return element;
  }
  function button(kind, text, done) {
    var element = make('button', kind, text);
    element.type = 'button';
    element.onclick = done;
    return element;
  }

  // --- routing
  function shown(prompt) {
    var rule = prompt.only_if, given, i;
    if (prompt.drawn) { return false; }
    if (!rule) { return true; }
    var opener = find(rule.question);
    if (opener && !opener.drawn && !shown(opener)) { return false; }
    given = state.answers[rule.question];
    for (i = 0; i < rule.codes.length; i++) {
      if (given === rule.codes[i] || (given && given.length && given.indexOf(rule.codes[i]) >= 0)) { return true; }
    }
    return false;
  }
  function find(id) {
    var i, j;
    for (i = 0; i < form.pages.length; i++) {
      for (j = 0; j < form.pages[i].prompts.length; j++) {
        if (form.pages[i].prompts[j].id === id) { return form.pages[i].prompts[j]; }
      }
    }
    return null;
  }
  function each(done) {
    var i, j;
    for (i = 0; i < form.pages.length; i++) {
      for (j = 0; j < form.pages[i].prompts.length; j++) { done(form.pages[i].prompts[j], i); }
    }
  }
  function open(page) {
    var i;
    for (i = 0; i < form.pages[page].prompts.length; i++) {
      if (shown(form.pages[page].prompts[i])) { return true; }
    }
    return false;
  }
  function step(way) {
    var at = state.at;
    clock();
    do { at += way; } while (at >= 0 && at < form.pages.length && !open(at));
    state.at = at < 0 ? 0 : at;
    if (at < 0) { while (state.at < form.pages.length && !open(state.at)) { state.at++; } }
    remember();
    draw(true);
  }
  function clock() {
    var now = new Date().getTime();
    if (state.since && state.at >= 0 && state.at < form.pages.length) {
      var name = String(state.at + 1);
      state.seconds[name] = (state.seconds[name] || 0) + Math.round((now - state.since) / 1000);
    }
    state.since = now;
  }
  function assign() {
    each(function (prompt) {
      if (prompt.drawn && state.answers[prompt.id] === undefined) {
        state.answers[prompt.id] = prompt.answers[Math.floor(Math.random() * prompt.answers.length)].code;
      }
    });
  }

  // --- what is wrong with an answer; empty when nothing is
  function fault(prompt) {
    var given = state.answers[prompt.id], number;
    var empty = given === undefined || given === '' || (given.length === 0 && prompt.kind === 'multiple');
    if (empty) { return prompt.required ? word('needed') : ''; }
    if (prompt.kind === 'integer' || prompt.kind === 'number') {
      number = Number(given);
      if (isNaN(number) || !isFinite(number)) { return word('no_number'); }
      if (prompt.kind === 'integer' && Math.floor(number) !== number) { return word('whole'); }
      if (typeof prompt.low === 'number' && number < prompt.low) { return say(prompt.range); }
      if (typeof prompt.high === 'number' && number > prompt.high) { return say(prompt.range); }
    }
    return '';
  }

  // --- drawing
  function draw(up) {
    while (app.firstChild) { app.removeChild(app.firstChild); }
    document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en';
    document.title = say(form.title);
    head();
    if (state.consent === 0) { app.appendChild(make('p', 'intro', word('declined'))); }
    else if (state.at < 0) { start(); }
    else if (state.at >= form.pages.length) { end(); }
    else { page(form.pages[state.at]); }
    if (up) { window.scrollTo(0, 0); }
  }
  function head() {
    var bar = make('div', 'bar'), done = make('div'), top = make('div', 'top'), i, open_pages = 0, passed = 0;
    for (i = 0; i < form.pages.length; i++) {
      if (open(i)) { open_pages++; if (i < state.at) { passed++; } }
    }
    var share = state.at >= form.pages.length ? 100 : Math.round(100 * passed / Math.max(open_pages, 1));
    done.style.width = share + '%';
    bar.setAttribute('role', 'progressbar');
    bar.setAttribute('aria-valuenow', String(share));
    bar.appendChild(done);
    app.appendChild(bar);
    top.appendChild(make('span', 'done', share + '%'));
    if (form.languages.length > 1) {
      var other = form.languages[0] === state.language ? form.languages[1] : form.languages[0];
      top.appendChild(button('switch', other === 'zh' ? '中文' : 'English', function () {
        state.language = other;
        remember();
        draw(false);
      }));
    }
    app.appendChild(top);
  }
  function start() {
    var i;
    app.appendChild(make('h1', '', say(form.title)));
    for (i = 0; i < form.intro.length; i++) { app.appendChild(make('p', 'intro', say(form.intro[i]))); }
    app.appendChild(make('p', 'intro', say(form.consent)));
    app.appendChild(button('act', word('agree'), function () {
      state.consent = 1;
      state.started = new Date().toISOString();
      state.since = 0;
      assign();
      step(1);
    }));
    app.appendChild(button('act plain', word('decline'), function () { state.consent = 0; draw(true); }));
  }
  function page(one) {
    var i;
    if (one.stem) { app.appendChild(make('p', 'stem', say(one.stem))); }
    if (one.grid && one.legend) { app.appendChild(legend(one.prompts[0])); }
    for (i = 0; i < one.prompts.length; i++) {
      if (shown(one.prompts[i])) { app.appendChild(question(one.prompts[i])); }
    }
    var last = true;
    for (i = state.at + 1; i < form.pages.length; i++) { if (open(i)) { last = false; } }
    app.appendChild(button('act next', word(last ? 'finish' : 'next'), forward));
    if (state.at > 0) { app.appendChild(button('act plain', word('back'), function () { step(-1); })); }
  }
  function legend(prompt) {
    var box = make('div', 'legend'), i;
    for (i = 0; i < prompt.answers.length; i++) {
      if (prompt.answers[i].text && !prompt.answers[i].missing) {
        box.appendChild(make('span', '', prompt.answers[i].code + ' = ' + say(prompt.answers[i].text)));
        box.appendChild(document.createTextNode(' '));
      }
    }
    return box;
  }
  function forward() {
    var prompts = form.pages[state.at].prompts, i, said, box, first = null, old;
    for (i = 0; i < prompts.length; i++) {
      if (!shown(prompts[i])) { continue; }
      box = document.getElementById('q-' + prompts[i].id);
      said = fault(prompts[i]);
      old = box.querySelector('.fault');
      if (old) { box.removeChild(old); }
      box.className = said ? 'missing' : '';
      if (said) {
        old = make('p', 'fault', said);
        old.setAttribute('role', 'alert');
        box.appendChild(old);
        first = first || box;
      }
    }
    if (first) { first.scrollIntoView(); return; }
    step(1);
  }
  function question(prompt) {
    var box = make('fieldset'), title = make('legend', 'q', say(prompt.text));
    box.id = 'q-' + prompt.id;
    if (prompt.required) { title.appendChild(make('span', 'must', '\u00a0*')); }
    box.appendChild(title);
    if (!prompt.answers.length) { written(box, prompt); }
    else if (prompt.rating) { rating(box, prompt); }
    else { choices(box, prompt, prompt.answers, 'row'); }
    return box;
  }
  function rating(box, prompt) {
    var valid = [], missing = [], i, row = make('div', 'codes'), cell, ends = make('div', 'ends');
    for (i = 0; i < prompt.answers.length; i++) { (prompt.answers[i].missing ? missing : valid).push(prompt.answers[i]); }
    var across = valid.length > 7 ? Math.ceil(valid.length / 2) : valid.length;
    for (i = 0; i < valid.length; i++) {
      cell = make('div', 'cell');
      cell.style.width = (100 / across) + '%';
      cell.appendChild(option(prompt, valid[i], 'code', String(valid[i].code)));
      row.appendChild(cell);
    }
    box.appendChild(row);
    ends.appendChild(make('span', 'low', say(valid[0].text)));
    ends.appendChild(make('span', 'high', say(valid[valid.length - 1].text)));
    box.appendChild(ends);
    box.appendChild(make('div', 'chosen', chosen(prompt)));
    choices(box, prompt, missing, 'row dk');
  }
  function chosen(prompt) {
    var i;
    for (i = 0; i < prompt.answers.length; i++) {
      if (prompt.answers[i].code === state.answers[prompt.id] && prompt.answers[i].text) {
        return prompt.answers[i].missing ? '' : prompt.answers[i].code + ' = ' + say(prompt.answers[i].text);
      }
    }
    return '';
  }
  function choices(box, prompt, answers, kind) {
    var i;
    for (i = 0; i < answers.length; i++) {
      box.appendChild(option(prompt, answers[i], kind, say(answers[i].text) || String(answers[i].code)));
    }
    if (prompt.kind === 'multiple') { box.appendChild(make('p', 'note', word('several'))); }
  }
  function option(prompt, answer, kind, text) {
    var label = make('label', kind), input = make('input'), many = prompt.kind === 'multiple';
    input.type = many ? 'checkbox' : 'radio';
    input.name = prompt.id;
    input.value = String(answer.code);
    input.checked = holds(prompt, answer.code);
    if (answer.text && kind === 'code') { input.setAttribute('aria-label', answer.code + ' ' + say(answer.text)); }
    if (input.checked) { label.className = kind + ' on'; }
    input.onfocus = function () { label.className += ' focus'; };
    input.onblur = function () { label.className = label.className.replace(/ focus/g, ''); };
    input.onchange = function () {
      if (many) { toggle(prompt, answer.code, input.checked); } else { state.answers[prompt.id] = answer.code; }
      remember();
      redraw(prompt);
    };
    label.appendChild(input);
    label.appendChild(document.createTextNode(text));
    return label;
  }
  function holds(prompt, code) {
    var given = state.answers[prompt.id];
    return prompt.kind === 'multiple' ? !!given && given.indexOf(code) >= 0 : given === code;
  }
  function toggle(prompt, code, on) {
    var given = state.answers[prompt.id] || [], at = given.indexOf(code);
    if (on && at < 0) { given.push(code); }
    if (!on && at >= 0) { given.splice(at, 1); }
    state.answers[prompt.id] = given;
  }
  // Marks the chosen answers of one question; the page is drawn anew only when routing depends on them.
  function redraw(prompt) {
    var box = document.getElementById('q-' + prompt.id), labels = box.getElementsByTagName('label'), i, name;
    for (i = 0; i < labels.length; i++) {
      name = labels[i].className.replace(/ on/g, '');
      labels[i].className = labels[i].getElementsByTagName('input')[0].checked ? name + ' on' : name;
    }
    var said = box.querySelector('.chosen'), wrong = box.querySelector('.fault');
    if (said) { said.textContent = chosen(prompt); }
    if (wrong) { box.removeChild(wrong); box.className = ''; }
    if (prompt.opens) { draw(false); }
  }
  function written(box, prompt) {
    var long = prompt.kind === 'text', input = make(long ? 'textarea' : 'input', 'written');
    if (!long) {
      input.type = 'text';
      input.setAttribute('inputmode', prompt.kind === 'integer' ? 'numeric' : 'decimal');
    }
    input.name = prompt.id;
    input.setAttribute('aria-label', say(prompt.text));
    input.value = state.answers[prompt.id] === undefined ? '' : state.answers[prompt.id];
    input.oninput = input.onchange = function () {
      state.answers[prompt.id] = input.value.replace(/^\s+|\s+$/g, '').replace(/[０-９．－]/g, function (c) {
        return long ? c : String.fromCharCode(c.charCodeAt(0) - 65248);
      });
      remember();
    };
    box.appendChild(input);
    if (prompt.range) { box.appendChild(make('p', 'note', say(prompt.range))); }
  }

  // --- the record: one column a question, by its id; what was not shown stays empty
  function record() {
    var out = {
      instrument: form.instrument, version: form.version, form: form.form, language: state.language,
      started: state.started, finished: state.finished, seconds: state.total, consent: 1
    };
    each(function (prompt) {
      var given = state.answers[prompt.id], visible = prompt.drawn || shown(prompt), i;
      if (prompt.kind === 'multiple') {
        for (i = 0; i < prompt.answers.length; i++) {
          out[prompt.id + '_' + prompt.answers[i].code] =
            !visible || given === undefined ? null : (given.indexOf(prompt.answers[i].code) >= 0 ? 1 : 0);
        }
        return;
      }
      if (!visible || given === undefined || given === '') { out[prompt.id] = null; return; }
      out[prompt.id] = prompt.kind === 'integer' || prompt.kind === 'number' ? Number(given) : given;
    });
    for (var i = 0; i < form.pages.length; i++) {
      out['seconds_page_' + (i + 1)] = state.seconds[String(i + 1)] === undefined ? null : state.seconds[String(i + 1)];
    }
    return out;
  }
  function cell(value) {
    if (value === null || value === undefined) { return ''; }
    if (typeof value === 'number') { return String(value); }
    // A text that a spreadsheet would take for a formula is written as text.
    if (/^[=+\-@\t\r]/.test(value)) { value = "'" + value; }
    return '"' + value.replace(/"/g, '""') + '"';
  }
  function csv(one) {
    var names = [], cells = [], name;
    for (name in one) { if (one.hasOwnProperty(name)) { names.push(cell(name)); cells.push(cell(one[name])); } }
    return '\ufeff' + names.join(',') + '\r\n' + cells.join(',') + '\r\n';
  }
  function end() {
    if (!state.finished) {
      state.finished = new Date().toISOString();
      state.total = Math.round((new Date(state.finished).getTime() - new Date(state.started).getTime()) / 1000);
      remember();
    }
    var one = record(), text = JSON.stringify([one]), said = make('p', 'intro');
    said.id = 'said';
    app.appendChild(make('h1', '', word('thanks')));
    app.appendChild(said);
    if (form.post) { send(text, said, one); } else { offer(text, one, word('save')); }
  }
  function send(text, said, one) {
    if (state.sent) { said.textContent = word('sent'); return; }
    said.textContent = word('sending');
    var request = new XMLHttpRequest();
    var lost = function () { said.textContent = ''; offer(text, one, word('not_sent')); };
    try {
      request.open('POST', form.post, true);
      request.setRequestHeader('Content-Type', 'application/json;charset=utf-8');
      request.timeout = 30000;
      request.onload = function () {
        if (request.status < 200 || request.status > 299) { lost(); return; }
        said.textContent = word('sent');
        forget();
      };
      request.onerror = request.ontimeout = lost;
      request.send(text);
    } catch (problem) { lost(); }
  }
  function offer(text, one, why) {
    var name = form.instrument + '-' + state.finished.replace(/[^0-9]/g, '').slice(0, 14);
    var box = make('textarea', 'copy', text);
    box.id = 'record';
    box.readOnly = true;
    app.appendChild(make('p', 'intro', why));
    if (form.post) { app.appendChild(button('act', word('again'), function () { draw(true); })); }
    app.appendChild(button('act', word('save_csv'), function () { download(name + '.csv', csv(one), 'text/csv'); }));
    app.appendChild(button('act plain', word('save_json'), function () { download(name + '.json', text, 'application/json'); }));
    app.appendChild(make('p', 'note', word('copy')));
    box.onfocus = function () { box.select(); };
    app.appendChild(box);
    app.appendChild(button('act plain', word('new'), function () {
      if (window.confirm(word('sure'))) { forget(); state = fresh(); draw(true); }
    }));
  }
  function download(name, content, kind) {
    var link = document.createElement('a');
    link.download = name;
    link.href = 'data:' + kind + ';charset=utf-8,' + encodeURIComponent(content);
    document.body.appendChild(link);
    link.click();
    document.body.removeChild(link);
  }

  draw(false);
})();
